// Command smoke is the program that smoke.sh runs in pods: a server that says who it is, and the few things to do from inside a
// pod that a check needs. It is static and needs no shell, like the product's own image.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// actions are called as `smoke NAME ARGUMENT...`; what they return is printed.
var actions = map[string]func(args []string) (string, error){
	"serve": serve,
	"get":   func(args []string) (string, error) { return get(args[0]) },
	"lookup": func(args []string) (string, error) {
		addresses, err := net.LookupHost(args[0])
		return strings.Join(addresses, " "), err
	},
	"write": func(args []string) (string, error) { return "", os.WriteFile(args[0], []byte(args[1]), 0o600) },
	"read": func(args []string) (string, error) {
		content, err := os.ReadFile(args[0])
		return string(content), err
	},
}

// arguments is how many each action needs.
var arguments = map[string]int{"get": 1, "lookup": 1, "write": 2, "read": 1}

func main() {
	if len(os.Args) < 2 || actions[os.Args[1]] == nil || len(os.Args)-2 != arguments[os.Args[1]] {
		fmt.Fprintln(os.Stderr, "usage: smoke serve | get URL | lookup NAME | write FILE TEXT | read FILE")
		os.Exit(2)
	}
	out, err := actions[os.Args[1]](os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "smoke:", err)
		os.Exit(1)
	}
	fmt.Println(out)
}

// serve answers every request with the pod's name; /crash ends the process.
func serve([]string) (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", err
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) })
	http.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(1) })
	fmt.Println("serving as", name)
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}
	return "", server.ListenAndServe()
}

func get(url string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return strings.TrimSpace(string(body)), err
}
