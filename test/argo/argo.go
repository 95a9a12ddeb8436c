// Package argo holds what the controller of Argo Rollouts is built from.
package argo
