package change_test

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/cmd/pullmode/internal/change"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/snapshot"
)

var update = flag.Bool("update", false, "write what the golden files should be")

// base is what every case begins with, unless it says otherwise.
var base = mustRead("testdata/base.yaml")

func mustRead(name string) []byte {
	text, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return text
}

// archive is one case: folders live (base where there is none) and folder, flags, and
// what is to be told.
type archive struct {
	*txtar.Archive
	t *testing.T
}

func (a archive) folder(name string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range a.Files {
		if file, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			fsys[file] = &fstest.MapFile{Data: f.Data}
		}
	}
	return fsys
}

func (a archive) flag(name string) string {
	for _, line := range strings.Split(string(a.Comment), "\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// TestGolden compares what is told of every case with its golden text. Lines before the
// first file may say `open: LIST=N ...`, `prune: yes`, `unreadable: SECRET ...`.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no cases: ", err)
	}
	schemas, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := archive{text, t}
			got := strings.Join(report(t, a, schemas).Lines(screen.Screen{}), "\n") + "\n"
			last := &a.Files[len(a.Files)-1]
			if last.Name != "want" {
				t.Fatal("the last file has to be called want")
			}
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a.Archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(last.Data), got); diff != "" {
				t.Errorf("told (-want +got), -update writes it:\n%s", diff)
			}
		})
	}
}

func report(t *testing.T, a archive, schemas *schema.Schemas) *change.Report {
	t.Helper()
	files := a.folder("live")
	if len(files) == 0 {
		files["base.yaml"] = &fstest.MapFile{Data: base}
	}
	read := func(ctx context.Context, fsys fs.FS, previous *folder.Folder) (*folder.Folder, error) {
		return folder.Read(ctx, fsys, folder.Options{Schemas: schemas, Namespace: "support", Previous: previous})
	}
	there, err := read(t.Context(), files, nil)
	if err != nil || len(there.Problems) > 0 {
		t.Fatal("what is live is wrong: ", err, there.Problems)
	}
	in := there.Input
	unreadable := strings.Fields(a.flag("unreadable"))
	live := change.Live{
		Namespace: "support",
		Objects:   &cluster.Objects{Runtimes: in.Runtimes, MediaRoutingDomains: in.MediaRoutingDomains, Worklists: in.Worklists, Channels: in.Channels, AgentSubscriptions: in.AgentSubscriptions},
		Secret: func(_ context.Context, name string) (map[string][]byte, bool, error) {
			for _, one := range unreadable {
				if one == name {
					return nil, false, nil
				}
			}
			return secret(t, files, name), true, nil
		},
		Served: compile.Compile(in).Snapshot,
	}
	if open := a.flag("open"); open != "" {
		live.Report = &snapshot.Report{}
		for _, one := range strings.Fields(open) {
			name, count, _ := strings.Cut(one, "=")
			n, err := strconv.ParseInt(count, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			live.Report.Lists = append(live.Report.Lists, snapshot.ListOpening{Name: name, Open: n})
		}
	}
	r, err := change.Of(t.Context(), live, change.Options{
		Schemas: schemas, Prune: a.flag("prune") != "", Now: time.Now(),
		Read: func(ctx context.Context, previous *folder.Folder) (*folder.Folder, error) {
			return read(ctx, a.folder("folder"), previous)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// secret finds the data of a Secret in a folder.
func secret(t *testing.T, files fstest.MapFS, name string) map[string][]byte {
	t.Helper()
	for _, f := range files {
		for _, text := range strings.Split(string(f.Data), "\n---") {
			var s corev1.Secret
			if err := yaml.Unmarshal([]byte(text), &s); err != nil {
				t.Fatal(err)
			}
			if s.Kind != "Secret" || s.Name != name {
				continue
			}
			data := map[string][]byte{}
			for key, value := range s.StringData {
				data[key] = []byte(value)
			}
			return data
		}
	}
	return nil
}
