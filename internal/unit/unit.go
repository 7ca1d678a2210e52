// Package unit finds what belongs together in a repository and reads it as one: a chart is rendered, a kustomization
// built, and a single file read with its neighbours. It knows files, charts and kustomizations, and nothing of Redis.
package unit
