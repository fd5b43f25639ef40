package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// Picture writes what is seen into the folder of PULLMODE_SCREENSHOTS, or into one that
// goes with the test.
func (p *Page) Picture(name string) {
	p.t.Helper()
	if err := p.picture(name); err != nil {
		p.t.Errorf("picture %s: %v", name, err)
	}
}

func (p *Page) picture(name string) error {
	folder := os.Getenv("PULLMODE_SCREENSHOTS")
	if folder == "" {
		folder = p.t.ArtifactDir()
	}
	if name == "failed" {
		name += "-" + strings.NewReplacer("/", "-", " ", "-").Replace(p.t.Name())
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644)
}
