package story

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/pullmode/operator/hack/cluster"
)

// sampleKey is the connector's key in config/samples, which is public.
const sampleKey = "sample-key-that-everybody-knows"

// OnCluster is the stage where config/samples and its issuer have been applied in
// the cluster's namespace. Leave ends the way in.
func OnCluster(ctx context.Context, c *cluster.Cluster, out io.Writer) (s Stage, leave func(), err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, fmt.Errorf("no answer within two minutes"))
	defer cancel()
	runtime, err := c.Forward(ctx, "service/main", 80)
	if err != nil {
		return Stage{}, nil, err
	}
	issuer, err := c.Forward(ctx, "service/pullmode-issuer", 80)
	if err != nil {
		runtime.Close()
		return Stage{}, nil, err
	}
	s = Stage{
		Runtime: runtime.URL, Issuer: issuer.URL, Channel: "c2", Key: sampleKey, List: "l1",
		Agents: [2]string{"alice", "bob"}, Out: out,
	}
	return s, func() { issuer.Close(); runtime.Close() }, nil
}
