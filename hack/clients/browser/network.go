package browser

import (
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Block keeps files whose addresses match the patterns (URLPattern's) from the page;
// without patterns all come again.
func (p *Page) Block(patterns ...string) {
	p.t.Helper()
	blocked := make([]*network.BlockPattern, len(patterns))
	for i, pattern := range patterns {
		blocked[i] = &network.BlockPattern{URLPattern: pattern, Block: true}
	}
	_, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(p.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: blocked})
	}
	if err != nil {
		p.t.Fatalf("block %q: %v", patterns, err)
	}
}

// Offline takes the page off the network, or gives the network back: the page is told,
// and new requests fail. Connections that there are stay silent about it; a Line cuts
// those.
func (p *Page) Offline(offline bool) {
	p.t.Helper()
	rule := &network.Conditions{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}
	_, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{rule},
	})
	if err == nil {
		_, err = chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: offline, DownloadThroughput: -1, UploadThroughput: -1,
		})
	}
	if err != nil {
		p.t.Fatalf("offline %v: %v", offline, err)
	}
}
