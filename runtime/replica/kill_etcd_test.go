package replica_test

import (
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// Of two replicas on one etcd the one is killed that keeps the deadlines and posts
// what goes out, and then the etcd's leader: the clients go on at the other replica
// with the same keys and cursors, and it all comes to the same (R1, R2, R4, C8).
func TestKillReplicaAndEtcd(t *testing.T) {
	cluster := etcdtest.Start(t, 3)
	data := strings.Join(cluster.Endpoints(), ",")
	s := stage(t, 8, data, data)

	s.ledger.wait(s.ctx, t, 50)
	s.aMoment()
	elected := s.elected(cluster)
	elected.kill()
	s.ledger.wait(s.ctx, t, 100) // at the other one
	elected.start()

	s.aMoment()
	leader := cluster.Leader()
	leader.Kill()
	s.ledger.wait(s.ctx, t, 100) // with the others
	leader.Start()
	s.ledger.wait(s.ctx, t, 50)
	s.settle()
}
