// Command demo plays the product's story against the runtime of a cluster, and
// shows what each agent really receives.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/pullmode/operator/hack/cluster"
	"github.com/pullmode/operator/hack/story"
)

func main() {
	namespace := flag.String("namespace", "pullmode-demo", "where config/samples was applied")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := play(ctx, *namespace)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error: the story did not come out:", err)
		os.Exit(1)
	}
}

func play(ctx context.Context, namespace string) error {
	c, err := cluster.FromEnvironment(namespace)
	if err != nil {
		return err
	}
	stage, leave, err := story.OnCluster(ctx, c, os.Stdout)
	if err != nil {
		return err
	}
	defer leave()
	begun := time.Now()
	if err := stage.Play(ctx); err != nil {
		return err
	}
	fmt.Printf("\nThe story came out as told, in %s.\n", time.Since(begun).Round(10*time.Millisecond))
	return nil
}
