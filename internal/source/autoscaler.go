package source

import (
	"github.com/redislint/redislint/internal/topology"
)

// autoscaler describes what scales the workload; nil when nothing in the input
// does. KEDA's defaults are those of keda.sh/v1alpha1 ScaledObject.
func (p *pod) autoscaler() *topology.Autoscaler {
	o := p.x.scaler(p.object)
	if o == nil {
		return nil
	}
	p.relate(o)
	low, high := "minReplicas", "maxReplicas"
	fewest, most := int64(1), int64(0)
	if o.Kind == "ScaledObject" {
		low, high = "minReplicaCount", "maxReplicaCount"
		fewest, most = 0, 100
	}
	spec := specOf(p.x, o)
	a := &topology.Autoscaler{Origin: spec.at(high).origin, Object: objectOf(o), Min: spec.at(low).count(fewest)}
	if spec.at(high).present() || most > 0 {
		a.Max = spec.at(high).count(most)
	}
	return a
}
