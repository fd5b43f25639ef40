package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// WatchCertificate adds the gauge of when a certificate runs out, which is asked at every scrape. Once for each name.
func (r *Registry) WatchCertificate(name string, expiry func() time.Time) {
	prometheus.WrapRegistererWith(prometheus.Labels{"certificate": name}, r.prometheus).MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "pullmode_tls_certificate_expiry_timestamp_seconds",
			Help: "When a certificate in use runs out, in seconds since 1970: that of the port for agents (public), of the operator's (admin), or what etcd is shown (etcd).",
		}, func() float64 { return float64(expiry().Unix()) }))
}
