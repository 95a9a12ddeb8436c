// Package yaml holds what Pulumi's language host for YAML is built from.
package yaml
