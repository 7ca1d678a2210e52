package admission

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
)

func TestUnread(t *testing.T) {
	t.Parallel()
	v := NewView()
	if _, err := v.Unread(); err == nil {
		t.Error("all is known before anything is watched")
	}
	yes, no := func() bool { return true }, func() bool { return false }
	v.watches.started = true
	v.watches.synced = map[schema.GroupKind]func() bool{
		{Kind: "Namespace"}: no, {Kind: "Service"}: no, {Group: "apps", Kind: "StatefulSet"}: yes, {Group: "apps", Kind: "Deployment"}: yes,
	}
	if _, err := v.Unread(); err == nil {
		t.Error("all is known before namespaces are")
	}
	v.watches.synced[schema.GroupKind{Kind: "Namespace"}] = yes
	now := time.Now()
	v.watchBroke("/v1, Kind=Service", now.Add(-80*time.Second))
	v.watchBroke("/v1, Kind=Service", now.Add(-40*time.Second))
	v.watchBroke("/v1, Kind=Service", now)
	v.watchBroke("apps/v1, Kind=StatefulSet", now.Add(-80*time.Second))
	v.watchBroke("apps/v1, Kind=StatefulSet", now.Add(-40*time.Second))
	v.watchBroke("apps/v1, Kind=StatefulSet", now)
	v.watchBroke("apps/v1, Kind=Deployment", now)
	got, err := v.Unread()
	want := []Unread{{"/Service", false}, {"apps/StatefulSet", true}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if age := v.Age(); age < 80*time.Second || age > 2*time.Minute {
		t.Errorf("watches have been broken for %s", age)
	}
}

// An operator that was uninstalled, with its kinds, leaves nothing to wait for; a watch that is refused does.
func TestWatchesOfKindsThatWereRemoved(t *testing.T) {
	t.Parallel()
	kind := schema.GroupVersionKind{Group: "databases.spotahome.com", Version: "v1", Kind: "RedisFailover"}
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(kind)
	reflector := toolscache.NewReflector(&toolscache.ListWatch{}, u, toolscache.NewStore(toolscache.MetaNamespaceKeyFunc), 0)
	resource := schema.GroupResource{Group: kind.Group, Resource: "redisfailovers"}
	for name, c := range map[string]struct {
		err    error
		broken bool
	}{
		"removed": {apierrors.NewNotFound(resource, ""), false},
		"refused": {apierrors.NewForbidden(resource, "", errors.New("no")), true},
	} {
		v := NewView()
		v.CacheOptions().DefaultWatchErrorHandler(t.Context(), reflector, c.err)
		if _, broken := v.watches.outages[kind.String()]; broken != c.broken || len(v.watches.outages) > 1 {
			t.Errorf("%s: broken are %v", name, v.watches.outages)
		}
	}
}
