package replica_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// scene is a runtime of one or more victims with everybody around it: connectors
// and agents who tell stories, agents who follow their feeds, and who it posts to.
type scene struct {
	t         *testing.T
	ctx       context.Context
	victims   []*victim
	receivers *receivers
	hunt      *hunt
	ledger    *ledger
	boss      desk
	readers   []*reader

	cancel context.CancelFunc
	enough chan struct{}
	wg     sync.WaitGroup
}

// stage starts a victim on each store, and the stories of as many workers.
func stage(t *testing.T, workers int, stores ...string) *scene {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	s := &scene{
		t: t, ctx: ctx, cancel: cancel, enough: make(chan struct{}),
		receivers: newReceivers(t), hunt: newHunt(everyKind), ledger: newLedger(),
	}
	t.Cleanup(func() { // also of a test that has failed
		cancel()
		s.wg.Wait()
		for _, r := range s.readers {
			<-r.done
		}
	})
	i := site.Issuer(t)
	config, hosts := s.config(i), []string{}
	for n, data := range stores {
		v := newVictim(t, fmt.Sprint("victim-", n), data, config)
		s.victims, hosts = append(s.victims, v), append(hosts, v.Addr)
	}
	follow := func(n int, name, group string, role snapshot.Role) {
		d := newDesk(t, i, name, group, newLine(t, hosts, n, nil))
		s.readers = append(s.readers, read(ctx, t, d, role))
	}
	s.boss = newDesk(t, i, "boss", "leads", newLine(t, hosts, 0, nil))
	follow(0, "boss", "leads", snapshot.Admin)
	var all []*worker
	for n := range workers {
		w := newWorker(ctx, t, i, n, newLine(t, hosts, n, s.hunt), s.ledger)
		follow(n, w.a.name, "team", snapshot.Representative)
		follow(n+1, w.b.name, "team", snapshot.Representative)
		follow(n, w.c.name, "leads", snapshot.Admin)
		all = append(all, w)
	}
	for _, w := range all { // everybody is there by now
		s.wg.Go(func() {
			if err := w.run(s.enough); err != nil {
				t.Error(err)
			}
		})
	}
	return s
}

// config has deadlines of seconds on three lists, and gives nobody up who is away.
func (s *scene) config(i *issuer.Issuer) snapshot.Snapshot {
	config := site.Config(i.URL())
	config.EventSink = s.receivers.webhook("/events")
	config.Sessions.DisconnectGrace = snapshot.Duration(time.Hour)
	config.TransferTimeout = snapshot.Duration(time.Hour)
	for n := range config.Channels {
		if c := &config.Channels[n]; c.Outbound != nil {
			c.Outbound = s.receivers.webhook("/messages")
		}
	}
	for n := range config.Subscriptions {
		config.Subscriptions[n].AutoSubscribe = true
	}
	for n := range config.Lists {
		switch l := &config.Lists[n]; l.Name {
		case lab.Reopen.List():
			l.SoonAfter, l.OverdueAfter = snapshot.Duration(time.Second), snapshot.Duration(2*time.Second)
			l.AutoCloseAfter = snapshot.Duration(3 * time.Second)
		case lab.Response.List():
			l.ResponseTime = snapshot.Duration(2 * time.Second)
		case lab.WrapUp.List():
			l.WrapUp.Timeout = snapshot.Duration(2 * time.Second)
		}
	}
	return config
}

// aMoment waits for one to kill at.
func (s *scene) aMoment() {
	s.t.Helper()
	moment := s.hunt.next()
	eventually(s.ctx, s.t, "the traffic has come to a halt", func() bool {
		select {
		case <-moment:
			return true
		default:
			return false
		}
	})
}

// settle lets the stories come to their ends, and holds everything to everything.
func (s *scene) settle() {
	s.t.Helper()
	close(s.enough)
	s.wg.Wait()
	if s.t.Failed() {
		return
	}
	s.ledger.settle(s.ctx, s.t, s.receivers, s.boss)
	items := published(s.t, s.receivers.events)
	breaks := int64(0)
	for _, r := range s.readers {
		r.holdTo(s.ctx, s.t, items)
		breaks += r.breaks.Load()
	}
	s.t.Logf("%d commands on %d requests, %d cut off; %d events, %d posts came again; %d feeds broke %d times",
		s.ledger.count.Load(), len(s.ledger.tales), s.hunt.interrupted, len(s.receivers.events), s.receivers.again, len(s.readers), breaks)
}

// elected is the replica that does what one at a time does.
func (s *scene) elected(cluster *etcdtest.Cluster) (elected *victim) {
	s.t.Helper()
	client := cluster.Client()
	eventually(s.ctx, s.t, "no replica is elected", func() bool {
		keys, err := client.Get(s.ctx, "/pullmode/elections/keeper")
		if err != nil {
			s.t.Fatal(err)
		}
		for _, v := range s.victims {
			if len(keys.Kvs) > 0 && strings.HasPrefix(string(keys.Kvs[0].Value), v.Name+" ") {
				elected = v
			}
		}
		return elected != nil
	})
	return elected
}
