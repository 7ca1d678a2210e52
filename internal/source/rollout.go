package source

import (
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// overlaps tells whether an update of the workload starts new Pods before the
// old ones have ended: those of a Deployment, unless its strategy says otherwise
// (apps/v1 defaults: RollingUpdate, maxSurge 25 %, which is rounded up).
func overlaps(o *manifest.Object) topology.Field[bool] {
	at := topology.Origin{Object: o, Path: manifest.Path{"spec", "strategy"}}
	strategy := o.Root.At(at.Path)
	rolling, surge := "RollingUpdate", strategy.Get("rollingUpdate", "maxSurge")
	switch o.Kind {
	case "Deployment":
	case "DeploymentConfig":
		rolling, surge = "Rolling", strategy.Get("rollingParams", "maxSurge")
	default:
		return topology.Known(false, topology.Origin{Object: o})
	}
	switch kind := strategy.Get("type").Text(); {
	case strings.ContainsAny(kind+surge.Text(), "{$"):
		return topology.Unknown[bool](at)
	case kind != "" && kind != rolling:
		return topology.Known(false, at.At("type"))
	default:
		return topology.Known(strings.TrimSuffix(surge.Text(), "%") != "0", at)
	}
}
