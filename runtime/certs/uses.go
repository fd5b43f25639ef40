package certs

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
)

// protocols are what is spoken behind TLS. In HTTP/2 an agent's desk has its feed and its calls in one connection, and a
// browser has more than six tabs.
var protocols = []string{"h2", "http/1.1"}

// Admin is the operator's port: TLS 1.3, and a client certificate of the authority in ca.crt.
func Admin(dir string, log *slog.Logger) (*Files, error) {
	return open("the operator's port", dir, log, func(pair tls.Certificate, clients *x509.CertPool) *tls.Config {
		return &tls.Config{
			MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}, NextProtos: protocols,
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
		}
	}, certificateFile, keyFile, authorityFile)
}

// Public is the port of agents and connectors: TLS 1.2 or later, for whatever a connector runs on.
func Public(dir string, log *slog.Logger) (*Files, error) {
	return open("agents and connectors", dir, log, func(pair tls.Certificate, _ *x509.CertPool) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: protocols}
	}, certificateFile, keyFile)
}

// Client is what an etcd is talked to with: the certificate that is shown, and the authority of its members' in ca.crt.
func Client(dir string, log *slog.Logger) (*Files, error) {
	return open("etcd", dir, log, func(pair tls.Certificate, members *x509.CertPool) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, RootCAs: members}
	}, certificateFile, keyFile, authorityFile)
}
