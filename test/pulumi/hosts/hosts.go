// Package hosts holds what language hosts for Python and Go are built from: the last ones that a module of Pulumi's has.
package hosts
