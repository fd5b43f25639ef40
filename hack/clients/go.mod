// The clients of others that the product is tried with: apart from the product, so that they do not bend its dependencies.
module github.com/pullmode/operator/hack/clients

go 1.26.0

require (
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
)

require github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
