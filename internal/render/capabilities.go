package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
)

// What `helm template` says of itself and of a cluster, in the release v3.22.0: it was built with client-go v0.37.
const (
	helmVersion    = "v3.22.0"
	kubeVersion    = "v1.37.0"
	kubeAPIVersion = `v1
admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1beta1
internal.apiserver.k8s.io/v1alpha1 apps/v1 apps/v1beta1 apps/v1beta2
authentication.k8s.io/v1 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1
authorization.k8s.io/v1 authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 batch/v1 batch/v1beta1
certificates.k8s.io/v1 certificates.k8s.io/v1beta1 certificates.k8s.io/v1alpha1
coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 coordination.k8s.io/v1 discovery.k8s.io/v1 discovery.k8s.io/v1beta1
events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1
flowcontrol.apiserver.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1beta1
flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3
lifecycle.k8s.io/v1alpha1 networking.k8s.io/v1 networking.k8s.io/v1beta1 node.k8s.io/v1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1
policy/v1 policy/v1beta1
rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1
resource.k8s.io/v1 resource.k8s.io/v1beta2 resource.k8s.io/v1beta1 resource.k8s.io/v1alpha3
scheduling.k8s.io/v1alpha3 scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1
storage.k8s.io/v1beta1 storage.k8s.io/v1 storage.k8s.io/v1alpha1
storagemigration.k8s.io/v1 storagemigration.k8s.io/v1beta1 apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1`
)

// capabilities is .Capabilities of a template.
type capabilities struct {
	KubeVersion KubeVersion
	APIVersions APIVersions
	HelmVersion struct{ Version, GitCommit, GitTreeState, GoVersion string }
}

// KubeVersion is the version of a cluster.
type KubeVersion struct{ Version, Major, Minor string }

func (v *KubeVersion) String() string { return v.Version }

// GitVersion is an old name of the Version.
func (v *KubeVersion) GitVersion() string { return v.Version }

// APIVersions are those that a cluster serves.
type APIVersions []string

// Has reports whether a version is served.
func (v APIVersions) Has(version string) bool { return slices.Contains(v, version) }

func newCapabilities(c *Chart) (*capabilities, error) {
	written := c.KubeVersion
	if written == "" {
		written = kubeVersion
	}
	kube, err := version.ParseGeneric(written)
	if err != nil {
		return nil, &problem{File: "--kube-version", Message: fmt.Sprintf("not a version of Kubernetes: %q", written)}
	}
	known := &capabilities{
		KubeVersion: KubeVersion{
			Version: "v" + kube.String(),
			Major:   strconv.FormatUint(uint64(kube.Major()), 10),
			Minor:   strconv.FormatUint(uint64(kube.Minor()), 10),
		},
		APIVersions: append(strings.Fields(kubeAPIVersion), c.APIVersions...),
	}
	known.HelmVersion.Version = helmVersion
	return known, nil
}
