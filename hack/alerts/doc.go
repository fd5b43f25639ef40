// Package alerts tests config/prometheus: that rules, dashboard and monitors name what there is, and that alerts fire
// when they should.
package alerts
