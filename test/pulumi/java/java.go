// Package java holds what Pulumi's language host for Java and the generators of SDKs for Java and .NET are built from.
package java
