package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// copying are words, in lower case, of which a command that copies the data of
// a Redis has one: its files, and the ways to ask the server for them.
var copying = []string{".rdb", "--rdb", "bgsave", "appendonly", "backup"}

// copiers are words in the names of images that copy files to another place.
var copiers = []string{"backup", "rclone", "restic", "kopia", "aws-cli", "awscli", "s3cmd", "s5cmd", "gsutil", "cloud-sdk", "azcopy", "rdb-tools"}

// backupKinds are the kinds of programs that copy volumes, by group and kind.
// Which volumes, labels and namespaces decide that may be anywhere.
var backupKinds = map[string]string{
	"Schedule": "velero.io", "Backup": "velero.io", "VolumeSnapshot": "snapshot.storage.k8s.io", "ReplicationSource": "volsync.backube",
	"SnapshotGroup": "gemini.fairwinds.com", "BackupConfiguration": "stash.appscode.com", "RecurringJob": "longhorn.io",
	"BackupSchedule": "k8up.io", "RedisBackup": "", "RedisClusterBackup": "",
}

// describeBackups fills in what copies the data of each Redis elsewhere.
func (k *upkeep) describeBackups() {
	jobs, unsure := map[int]topology.Origin{}, strays{}
	for _, o := range k.x.objects {
		unit := k.x.units.unit(o.File)
		if group, ok := backupKinds[o.Kind]; ok && strings.HasSuffix(o.Group(), group) {
			unsure[unit] = true
		}
		if o.Kind != "CronJob" {
			continue
		}
		texts := jobTexts(o)
		if !slices.ContainsFunc(texts, copies) {
			continue
		}
		found := k.meant(o, texts)
		for _, i := range found {
			jobs[i] = topology.Origin{Object: o}
		}
		unsure[unit] = unsure[unit] || len(found) == 0
	}
	for i, r := range k.redis {
		b := r.ownBackup()
		if at, ok := jobs[i]; ok && b == nil {
			r.Objects = append(r.Objects, at.Object)
			b = &topology.Backup{Origin: at, Present: true, Kind: "cronjob"}
		}
		if b == nil && r.told && len(r.Nodes) > 0 && !unsure.near(r) {
			b = &topology.Backup{Origin: r.Origin}
			if d := r.Nodes[0].Data; d != nil {
				b.Origin = d.Origin
			}
		}
		r.Backups = b
	}
}

// jobTexts are the names and the texts of a CronJob that may say what it does.
func jobTexts(o *manifest.Object) []string {
	texts := []string{o.Name}
	var add func(*manifest.Node)
	add = func(n *manifest.Node) {
		if text, ok := n.Str(); ok {
			texts = append(texts, text)
		}
		for _, value := range n.Fields() {
			add(value)
		}
		for _, value := range n.Items() {
			add(value)
		}
	}
	for _, field := range []string{"containers", "initContainers", "volumes"} {
		add(o.Root.At(podPath(o, field)))
	}
	return texts
}

// copies reports whether a text speaks of copying data.
func copies(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(copying, func(word string) bool { return strings.Contains(text, word) })
}

// meant returns the Redis of which texts of an object name a Service, a Pod or a
// claim.
func (k *upkeep) meant(o *manifest.Object, texts []string) []int {
	var found []int
	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return c > 255 || !inWord[c] }) {
			for _, name := range asked(word) {
				for _, i := range slices.Concat(k.named[name], k.claims[name]) {
					if k.sees(i, o) && aliases(k.redis[i].Namespace)[0] == aliases(o.Namespace)[0] {
						found = append(found, i)
					}
				}
			}
		}
	}
	return found
}

// ownBackup is a container beside the server that copies its data, or an
// annotation that has the volumes of the Pods copied.
func (r attended) ownBackup() *topology.Backup {
	for _, m := range r.members {
		root := topology.Origin{Object: m.object}
		for _, path := range annotationPaths {
			for name := range m.object.Root.At(path).Fields() {
				if strings.HasPrefix(name, "backup.velero.io/") || strings.HasPrefix(name, "k8up.io/") {
					return &topology.Backup{Origin: root.At(append(slices.Clip(path), name)...), Present: true, Kind: "volume"}
				}
			}
		}
		list := podPath(m.object, "containers")
		if s, ok := exporterSettings[m.object.Group()]; ok {
			list = s.containers
		}
		for i, c := range m.object.Root.At(list).Items() {
			base := imageBase(c.Get("image").Text())
			if slices.ContainsFunc(copiers, func(word string) bool { return strings.Contains(base, word) }) {
				return &topology.Backup{Origin: root.At(list...).At(strconv.Itoa(i)), Present: true, Kind: "sidecar"}
			}
		}
	}
	return nil
}
