package source

import (
	"path"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// class describes the storage class of a claim. The StorageClass object
// decides; without it the names that clouds and distributions ship.
func (x *index) class(origin topology.Origin, claim *manifest.Node) *topology.Class {
	at := origin.At("spec", "storageClassName")
	name := claim.Get("spec", "storageClassName")
	const legacy = "volume.beta.kubernetes.io/storage-class"
	if n := claim.Get("metadata", "annotations", legacy); name == nil && n != nil {
		name, at = n, origin.At("metadata", "annotations", legacy)
	}
	c := &topology.Class{Origin: at}
	if name == nil || name.Text() == "" {
		return c
	}
	c.Present, c.Name = true, topology.Known(name.Text(), at)
	if o := x.findClusterWide("StorageClass", name.Text(), origin.Object); o != nil {
		c.Basis = "provisioner"
		if n := o.Root.Get("provisioner"); n.Text() != "" {
			c.Provisioner = topology.Known(n.Text(), topology.Origin{Object: o, Path: manifest.Path{"provisioner"}})
		}
		medium, detail, key := mediumOfProvisioner(o)
		if medium != "" {
			c.Medium, c.Detail = topology.Known(medium, topology.Origin{Object: o, Path: key}), detail
		}
		return c
	}
	if x.set.Lacks("storage.k8s.io/StorageClass", "") {
		return c // it is there, and only it knows
	}
	if medium := mediumOfName(name.Text()); medium != "" {
		c.Basis, c.Detail = "name", name.Text()
		c.Medium = topology.Known(medium, at)
	}
	return c
}

// The media of storage.
const (
	ssd     = "ssd"
	hdd     = "hdd"
	network = "network" // a network file system
)

// provisioner says how one provisioner writes its kind of disk.
type provisioner struct {
	parameters []string // names, in lower case, of the parameter that decides
	media      map[string]string
	absent     string // medium when the parameter is missing; "" is unknown
}

var (
	awsMedia = map[string]string{
		"gp2": ssd, "gp3": ssd, "io1": ssd, "io2": ssd, "st1": hdd, "sc1": hdd, "standard": hdd, "sbp1": ssd, "sbg1": ssd,
	}
	gcpMedia = map[string]string{
		"pd-ssd": ssd, "pd-balanced": ssd, "pd-extreme": ssd, "hyperdisk-balanced": ssd, "hyperdisk-extreme": ssd,
		"hyperdisk-ml": ssd, "pd-standard": hdd, "hyperdisk-throughput": hdd,
	}
	azureMedia = map[string]string{
		"standardssd_lrs": ssd, "standardssd_zrs": ssd, "premium_lrs": ssd, "premium_zrs": ssd, "premiumv2_lrs": ssd,
		"ultrassd_lrs": ssd, "standard_lrs": hdd,
	}
)

// provisioners are read from the drivers' parameter pages:
// aws-ebs-csi-driver docs/parameters.md, gcp-compute-persistent-disk-csi-driver
// docs/kubernetes, azuredisk-csi-driver docs/driver-parameters.md, and
// kubernetes.io/docs/concepts/storage/storage-classes for the in-tree ones.
var provisioners = map[string]provisioner{
	"ebs.csi.aws.com":                 {[]string{"type"}, awsMedia, ssd},
	"kubernetes.io/aws-ebs":           {[]string{"type"}, awsMedia, ssd},
	"ebs.csi.eks.amazonaws.com":       {[]string{"type"}, awsMedia, ssd},
	"pd.csi.storage.gke.io":           {[]string{"type"}, gcpMedia, ""},
	"kubernetes.io/gce-pd":            {[]string{"type"}, gcpMedia, ""},
	"disk.csi.azure.com":              {[]string{"skuname", "storageaccounttype"}, azureMedia, ssd},
	"kubernetes.io/azure-disk":        {[]string{"skuname", "storageaccounttype"}, azureMedia, ""},
	"dobs.csi.digitalocean.com":       {absent: ssd},
	"csi.hetzner.cloud":               {absent: ssd},
	"linodebs.csi.linode.com":         {absent: ssd},
	"block.csi.vultr.com":             {absent: ssd},
	"blockvolume.csi.oraclecloud.com": {absent: ssd},
	"efs.csi.aws.com":                 {absent: network},
	"nfs.csi.k8s.io":                  {absent: network},
	"file.csi.azure.com":              {absent: network},
	"kubernetes.io/azure-file":        {absent: network},
	"filestore.csi.storage.gke.io":    {absent: network},
	"kubernetes.io/glusterfs":         {absent: network},
	"blob.csi.azure.com":              {absent: network},
	"fsx.csi.aws.com":                 {absent: network},
}

// networkProvisioners are patterns of further provisioners of network file
// systems, whose names each installation chooses in part.
var networkProvisioners = []string{"nfs*", "*/nfs", "*/nfs-*", "*.nfs", "*nfs-subdir-external-provisioner", "*cephfs.csi.ceph.com", "cluster.local/nfs*"}

// mediumOfProvisioner reads a StorageClass object, and says which key decides.
func mediumOfProvisioner(o *manifest.Object) (medium, detail string, key manifest.Path) {
	name := o.Root.Get("provisioner").Text()
	key = manifest.Path{"provisioner"}
	p, known := provisioners[name]
	if !known {
		for _, pattern := range networkProvisioners {
			if ok, _ := path.Match(pattern, name); ok {
				return network, "provisioner " + name, key
			}
		}
		return "", "", key
	}
	for parameter, value := range o.Root.Get("parameters").Fields() {
		for _, want := range p.parameters {
			if strings.EqualFold(parameter, want) {
				return p.media[strings.ToLower(value.Text())], parameter + " " + value.Text(), manifest.Path{"parameters", parameter}
			}
		}
	}
	return p.absent, "provisioner " + name, key
}

// classNames are the names of classes that clouds and distributions ship, or
// that their documentation uses; what an administrator may point anywhere
// (standard, default, fast) is not among them.
var classNames = []struct {
	medium   string
	patterns []string
}{
	{network, []string{
		"efs", "efs-*", "*-efs", "nfs", "nfs-*", "*-nfs", "azurefile", "azurefile-*", "azureblob*", "cephfs", "*-cephfs", "cephfs-*",
		"filestore*", "standard-rwx", "premium-rwx", "enterprise-rwx", "zonal-rwx", "glusterfs*",
	}},
	{ssd, []string{
		"gp2", "gp3", "io1", "io2", "ebs-gp3", "ebs-gp2", "gp3-*", "gp2-*", "auto-ebs-sc", "premium-rwo", "standard-rwo", "pd-balanced",
		"hyperdisk-balanced", "managed-premium", "managed-csi-premium", "managed-csi", "managed", "managed-standard-ssd",
		"azure-disk-premium", "do-block-storage", "do-block-storage-*", "hcloud-volumes", "linode-block-storage*", "oci-bv", "vultr-block-storage*", "scw-bssd*",
		"sbs-5k", "sbs-15k", "*ssd*", "*nvme*",
	}},
	{hdd, []string{"st1", "sc1", "ebs-st1", "ebs-sc1", "hdd", "hdd-*", "*-hdd", "*-hdd-*", "slow", "pd-standard", "managed-hdd", "standard-hdd"}},
}

// mediumOfName returns the medium that a class name stands for, "" when it
// stands for none.
func mediumOfName(name string) string {
	name = strings.ToLower(name)
	for _, c := range classNames {
		for _, pattern := range c.patterns {
			if ok, _ := path.Match(pattern, name); ok {
				return c.medium
			}
		}
	}
	return ""
}
