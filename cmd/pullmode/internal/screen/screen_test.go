package screen_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

func TestTable(t *testing.T) {
	rows := [][]screen.Cell{
		screen.Head("NAME", "MESSAGE"),
		{{Text: "ann"}, {Text: "one two three four five six seven", Colour: screen.Red}},
		screen.Row("élodie", ""),
	}
	for name, tc := range map[string]struct {
		screen screen.Screen
		want   []string
	}{
		"a file": {screen.Screen{}, []string{
			"  NAME    MESSAGE",
			"  ann     one two three four five six seven",
			"  élodie",
		}},
		"a terminal": {screen.Screen{Width: 36}, []string{
			"  NAME    MESSAGE",
			"  ann     one two three four five",
			"          six seven",
			"  élodie",
		}},
		"one too narrow for columns": {screen.Screen{Width: 20}, []string{
			"  NAME    MESSAGE",
			"  ann     one two three four five six seven",
			"  élodie",
		}},
		"colours change no width": {screen.Screen{Colours: true}, []string{
			"  \x1b[2mNAME\x1b[0m    \x1b[2mMESSAGE\x1b[0m",
			"  ann     \x1b[31mone two three four five six seven\x1b[0m",
			"  élodie",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.screen.Table("  ", rows)); diff != "" {
				t.Errorf("table (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoTerminal(t *testing.T) {
	if diff := cmp.Diff(screen.Screen{}, screen.Of(&bytes.Buffer{})); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
}

func TestFit(t *testing.T) {
	lines := []string{"1", "2", "3", "4", "5"}
	for height, want := range map[int][]string{
		0: lines,
		6: lines,
		5: {"1", "2", "3", "(2 more lines)"},
		4: {"1", "2", "(3 more lines)"},
	} {
		if diff := cmp.Diff(want, screen.Screen{Height: height}.Fit(lines)); diff != "" {
			t.Errorf("on %d lines (-want +got):\n%s", height, diff)
		}
	}
}
