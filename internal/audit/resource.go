package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// resource is a kind as the API server serves it.
type resource struct {
	kind       string // "group/Kind"
	group      string
	version    string
	name       string // statefulsets
	namespaced bool
}

// String names the resource as kubectl does: statefulsets.apps.
func (r resource) String() string {
	if r.group == "" {
		return r.name
	}
	return r.name + "." + r.group
}

// path is where the resource is listed in a namespace, or everywhere.
func (r resource) path(namespace string) string {
	parts := []string{"apis", r.group, r.version}
	if r.group == "" {
		parts = []string{"api", r.version}
	}
	if r.namespaced && namespace != "" {
		parts = append(parts, "namespaces", namespace)
	}
	return strings.Join(append(parts, r.name), "/")
}

// aggregated asks for all groups, versions and resources in one answer, which Kubernetes gives since 1.26.
const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

// discovery is an answer about what is served: an APIGroupDiscoveryList, or of older servers an APIGroupList or APIVersions.
type discovery struct {
	Kind  string
	Items []struct {
		Metadata struct{ Name string }
		Versions []struct {
			Version   string
			Freshness string
			Resources []struct {
				Resource     string
				Scope        string
				ResponseKind struct{ Kind string }
				Verbs        []string
			}
		}
	}
	Groups []struct {
		Name             string
		PreferredVersion struct{ Version string }
	}
}

// served returns the resources of the kinds that the cluster has, and the kinds of which it does not say whether it has
// them, because the server behind them does not answer.
func (s *Server) served(ctx context.Context, kinds []string) (resources []resource, unsure []string, err error) {
	for _, root := range []string{"api", "apis"} {
		var d discovery
		err := s.ask(ctx, request{method: http.MethodGet, path: root, accept: aggregated}, func(body io.Reader) error {
			return json.NewDecoder(body).Decode(&d)
		})
		if err != nil {
			return nil, nil, fmt.Errorf("ask what the API server has: %w", err)
		}
		if d.Kind == "APIGroupDiscoveryList" {
			found, stale := d.resources(kinds)
			resources, unsure = append(resources, found...), append(unsure, stale...)
			continue
		}
		found, err := s.servedByOlder(ctx, root, d, kinds)
		if err != nil {
			return nil, nil, err
		}
		resources = append(resources, found...)
	}
	slices.SortFunc(resources, func(a, b resource) int { return strings.Compare(a.kind, b.kind) })
	return resources, unsure, nil
}

// resources picks the kinds, each in the version that the server prefers of those that have it.
func (d discovery) resources(kinds []string) (found []resource, unsure []string) {
	for _, kind := range kinds {
		group, name, _ := strings.Cut(kind, "/")
		stale, known := false, false
		for _, g := range d.Items {
			for _, v := range g.Versions {
				if g.Metadata.Name != group || known {
					continue
				}
				stale = stale || v.Freshness == "Stale"
				for _, r := range v.Resources {
					if r.ResponseKind.Kind == name && slices.Contains(r.Verbs, "list") {
						found = append(found, resource{kind, group, v.Version, r.Resource, r.Scope == "Namespaced"})
						known = true
						break
					}
				}
			}
		}
		if stale && !known {
			unsure = append(unsure, kind)
		}
	}
	return found, unsure
}

// servedByOlder asks group by group.
func (s *Server) servedByOlder(ctx context.Context, root string, d discovery, kinds []string) ([]resource, error) {
	versions := map[string]string{}
	if root == "api" {
		versions[""] = "v1"
	}
	for _, g := range d.Groups {
		versions[g.Name] = g.PreferredVersion.Version
	}
	asked := map[string]map[string]resource{}
	var found []resource
	for _, kind := range kinds {
		group, name, _ := strings.Cut(kind, "/")
		version, has := versions[group]
		if !has {
			continue
		}
		if asked[group] == nil {
			var err error
			if asked[group], err = s.group(ctx, group, version); err != nil {
				return nil, fmt.Errorf("ask what the API server has of group %q: %w", group, err)
			}
		}
		if r, has := asked[group][name]; has {
			found = append(found, r)
		}
	}
	return found, nil
}

// group returns the resources of a group that can be listed, by their kinds.
func (s *Server) group(ctx context.Context, group, version string) (map[string]resource, error) {
	var list struct {
		Resources []struct {
			Name, Kind string
			Namespaced bool
			Verbs      []string
		}
	}
	path := "apis/" + group + "/" + version
	if group == "" {
		path = "api/" + version
	}
	if err := s.Get(ctx, path, nil, &list); err != nil {
		return nil, err
	}
	resources := map[string]resource{}
	for _, r := range list.Resources {
		if slices.Contains(r.Verbs, "list") && !strings.Contains(r.Name, "/") {
			resources[r.Kind] = resource{group + "/" + r.Kind, group, version, r.Name, r.Namespaced}
		}
	}
	return resources, nil
}
