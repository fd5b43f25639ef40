// Package store keeps the runtime's keys and values in etcd.
package store
