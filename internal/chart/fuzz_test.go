package chart_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/source"
)

// FuzzRender gives every chart values of any shape: it must neither panic nor make objects that the sources cannot read,
// and every value must know its place.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"{}", "null", "[]", "text", "3",
		"architecture: standalone",
		"architecture: 7\nmaster: [a, b]\nreplica: {replicaCount: many, resources: 3, persistence: [], livenessProbe: x}",
		"sentinel: {enabled: true, quorum: [1], masterSet: {}, resources: {limits: 5}}\nreplica: {extraFlags: {a: b}, sidecars: {a: b}}",
		"sentinel: {enabled: 'yes'}\nmaster: {extraFlags: [1, {}, null, \"a\\\"b\\n\"], preExecCmds: [x], command: [a], args: 3}",
		"cluster: {nodes: 1000000000, externalAccess: {enabled: true, service: {loadBalancerIP: [1, {}]}}}\nredis: {configmap: 5, useAOFPersistence: []}",
		"cluster: {enabled: {}, slaveCount: -1}\nslave: null\nmaster: null\npersistence: {existingClaim: 3}",
		"commonLabels: {app.kubernetes.io/name: x, '': y}\nextraDeploy: [1, {kind: A}, {kind: B, metadata: 3}]\nnameOverride: {}\nfullnameOverride: \"\\e[31m\\n\"",
		"replica: {resources: {limits: {memory: '{{ x }}'}}, autoscaling: {enabled: true, minReplicas: []}}\nauth: {acl: {users: [a, {password: [1]}]}}",
		"image: {registry: [], repository: {}, tag: null}\nglobal: {storageClass: {}, imageRegistry: 3}\nmetrics: {enabled: 1, service: 3, containerPorts: x}",
	} {
		for pick := range uint8(16) {
			f.Add(seed, "master.extraFlags[0]=x,replica.replicaCount=null,a.b[3].c={1,2}", []string{"", "~20.0", "12.1.0", "10"}[pick/4], pick)
		}
	}
	f.Fuzz(func(t *testing.T, text, settings, version string, pick uint8) {
		options := manifest.DefaultOptions()
		set := manifest.Decode([]manifest.Input{{Name: "values.yaml", Data: []byte("kind: Values\nvalues: \n" + text)}}, options)
		if len(set.Objects) == 0 {
			return
		}
		owner := set.Objects[0]
		single, err := chart.ParseSet(settings, false, manifest.Ref{})
		if err != nil {
			single = nil
		}
		below := chart.Layer{Unseen: pick&64 != 0}
		out, err := chart.Render(chart.Release{
			Chart: chart.Charts()[pick%4], Version: version, Owner: owner,
			Layers: []chart.Layer{below, {Object: owner, Path: manifest.Path{"values"}}, {Set: single}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out.Objects {
			locateAll(o, o.Root, nil)
		}
		for _, i := range out.Ignored {
			i.Ref.Object.Locate(i.Ref.Path)
		}
		source.Discover(&manifest.Set{Objects: out.Objects})
	})
}

// locateAll asks for the place of every value.
func locateAll(o *manifest.Object, n *manifest.Node, path manifest.Path) {
	o.Locate(path)
	o.LocateWithin(path, 0, 1)
	for name, c := range n.Fields() {
		locateAll(o, c, append(slices.Clip(path), name))
	}
	for i, c := range n.Items() {
		locateAll(o, c, append(slices.Clip(path), strconv.Itoa(i)))
	}
}
