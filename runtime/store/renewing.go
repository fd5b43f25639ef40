package store

import (
	"context"
	"crypto/tls"
	"net"

	"google.golang.org/grpc/credentials"
)

// renewing are credentials that are looked up for every connection: a tls.Config can be asked for its certificate each time,
// but not for the authorities that it trusts.
type renewing struct {
	credentials.TransportCredentials // what they are, for whoever asks
	now                              func() *tls.Config
}

func (r renewing) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return credentials.NewTLS(r.now()).ClientHandshake(ctx, authority, conn)
}

func (r renewing) Clone() credentials.TransportCredentials { return r }
