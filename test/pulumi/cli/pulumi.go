// Package cli holds what the Pulumi CLI and its language host for Node are built from.
package cli
