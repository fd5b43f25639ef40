// Command latency measures, on a cluster where config/samples is applied, the two
// times that people wait for: from the creation of a Channel to its
// Programmed=True, and from a connector's POST to an agent's event.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/hack/cluster"
	"github.com/pullmode/operator/hack/story"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
)

func main() {
	namespace := flag.String("namespace", "pullmode-demo", "where config/samples was applied")
	channels := flag.Int("channels", 50, "how many channels to create, one after the other")
	messages := flag.Int("messages", 500, "how many messages to post, one after the other")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := cluster.FromEnvironment(*namespace)
	if err == nil {
		err = measureProgrammed(ctx, c, *channels)
	}
	if err == nil {
		err = measureEvents(ctx, c, *messages)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// report prints the percentiles of what was measured.
func report(what string, times []time.Duration) {
	slices.Sort(times)
	at := func(q float64) time.Duration { return times[int(q*float64(len(times)-1))].Round(10 * time.Microsecond) }
	fmt.Printf("%-46s n=%-4d median %-9s 99th percentile %-9s worst %s\n", what, len(times), at(0.5), at(0.99), at(1))
}

// measureProgrammed creates Channels and watches for their conditions.
func measureProgrammed(ctx context.Context, c *cluster.Cluster, n int) error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 1000, 1000
	api, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	resource := api.Resource(v1alpha1.GroupVersion.WithResource("channels")).Namespace(c.Namespace)
	watch, err := resource.Watch(ctx, metav1.ListOptions{LabelSelector: "bench=latency"})
	if err != nil {
		return err
	}
	defer watch.Stop()
	defer func() {
		_ = resource.DeleteCollection(context.WithoutCancel(ctx), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "bench=latency"})
	}()
	var times []time.Duration
	for i := range n {
		name := fmt.Sprintf("bench-%d-%d", time.Now().UnixMilli(), i)
		begun := time.Now()
		_, err := resource.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Channel",
			"metadata": map[string]any{"name": name, "labels": map[string]any{"bench": "latency"}},
			"spec": map[string]any{
				"type": "FACEBOOK", "serviceIdentifier": name,
				"listRef": map[string]any{"name": "l1"}, "secretRef": map[string]any{"name": "c2-connector"},
			},
		}}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		for programmed := false; !programmed; {
			select {
			case event, ok := <-watch.ResultChan():
				if !ok {
					return fmt.Errorf("the watch of Channels ended")
				}
				o, ok := event.Object.(*unstructured.Unstructured)
				programmed = ok && o.GetName() == name && isProgrammed(o)
			case <-time.After(time.Minute):
				return fmt.Errorf("channel %s was not Programmed within a minute", name)
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		times = append(times, time.Since(begun))
	}
	report("Channel created -> Programmed=True", times)
	return nil
}

func isProgrammed(o *unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	return slices.ContainsFunc(conditions, func(c any) bool {
		m, ok := c.(map[string]any)
		return ok && m["type"] == "Programmed" && m["status"] == "True"
	})
}

// measureEvents posts new customers' messages and waits for each notification.
func measureEvents(ctx context.Context, c *cluster.Cluster, n int) error {
	stage, leave, err := story.OnCluster(ctx, c, os.Stdout)
	if err != nil {
		return err
	}
	defer leave()
	way := "through kubectl port-forward"
	if address, err := c.Run(ctx, "get", "service", "main", "--output", "jsonpath={.spec.clusterIP}:{.spec.ports[0].port}"); err == nil {
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			_ = conn.Close()
			stage.Runtime, way = "http://"+address, "to the Service's address"
		}
	}
	facebook, err := client.NewConnector(stage.Runtime, stage.Channel, stage.Key, client.Options{})
	if err != nil {
		return err
	}
	agent, err := client.NewAgent(stage.Runtime, client.OAuth2(issuer.TokenSource(ctx, stage.Issuer, "alice", nil)), client.Options{})
	if err != nil {
		return err
	}
	arrived := make(chan time.Time, 1)
	begun := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go listen(ctx, agent, begun, arrived)
	select {
	case <-begun:
	case <-time.After(time.Minute):
		return fmt.Errorf("the agent's feed did not begin within a minute")
	}
	var times []time.Duration
	for i := range n {
		id := fmt.Sprintf("bench-%d-%d", time.Now().UnixNano(), i)
		posted := time.Now()
		if _, err := facebook.Post(ctx, protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: id}, Text: "hello"}); err != nil {
			return err
		}
		select {
		case at := <-arrived:
			times = append(times, at.Sub(posted))
		case <-time.After(time.Minute):
			return fmt.Errorf("the notification of %s did not come within a minute", id)
		}
		if _, err := facebook.EndSession(ctx, id); err != nil {
			return err
		}
	}
	report("POST of a message -> the agent's event", times)
	fmt.Println("  (" + way + ")")
	return nil
}

func listen(ctx context.Context, agent *client.Agent, begun chan struct{}, arrived chan<- time.Time) {
	for e, err := range agent.Events(ctx, client.Follow{}) {
		if err != nil {
			return
		}
		switch e.Type {
		case protocol.EventSnapshot:
			var s protocol.Snapshot
			if json.Unmarshal(e.Data, &s) == nil && !s.More && begun != nil {
				close(begun)
				begun = nil
			}
		case protocol.EventReceived:
			arrived <- time.Now()
		}
	}
}
