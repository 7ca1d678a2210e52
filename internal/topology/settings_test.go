package topology

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func settings(t *testing.T) *Redis {
	t.Helper()
	r := model(t)
	at := Origin{Object: r.Origin.Object}.At("spec", "template", "spec", "containers", "0")
	r.Settings = &Settings{
		Kind: "chart", Name: "bitnami/redis", Version: "23.1.1",
		Ignored:   []IgnoredSetting{{Origin: at.At("name"), Key: "master.resources", Reason: "Sentinel is on", Instead: "replica.resources"}},
		Invalid:   []InvalidSetting{{Origin: at.At("resources"), Key: "architecture", Value: "cluster", Allowed: []string{"standalone"}, Instead: "another chart"}},
		Presets:   []Preset{{Origin: at.At("resources", "limits", "memory"), Key: "replica.resourcesPreset", Name: "nano", Component: "replica", Request: 128 << 20, Limit: 192 << 20}},
		Passwords: []PlainPassword{{Origin: at.At("image"), Key: "auth.password"}},
	}
	return r
}

func TestSettingsAreEncoded(t *testing.T) {
	t.Parallel()
	want := map[string]any{
		"kind": "chart", "name": "bitnami/redis", "version": "23.1.1",
		"ignored":   []any{map[string]any{"key": "master.resources", "reason": "Sentinel is on", "instead": "replica.resources"}},
		"invalid":   []any{map[string]any{"key": "architecture", "value": "cluster", "allowed": []any{"standalone"}, "instead": "another chart"}},
		"presets":   []any{map[string]any{"key": "replica.resourcesPreset", "name": "nano", "component": "replica", "request": int64(128 << 20), "limit": int64(192 << 20)}},
		"passwords": []any{map[string]any{"key": "auth.password"}},
	}
	if diff := cmp.Diff(want, settings(t).Encode()["settings"]); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got, there := model(t).Encode()["settings"]; there {
		t.Errorf("a Redis that no chart and no operator made has settings: %v", got)
	}
}

func TestPlaceOfSettings(t *testing.T) {
	t.Parallel()
	r := settings(t)
	for pointer, want := range map[string][2]int{
		"/settings":                     {1, 1}, // of no place in particular
		"/settings/version":             {1, 1},
		"/settings/ignored/0":           {9, 15},
		"/settings/ignored/0/key":       {9, 15},
		"/settings/invalid/0/allowed/0": {10, 9},
		"/settings/presets/0/limit":     {11, 28},
		"/settings/passwords/0":         {9, 9}, // not there: the container
	} {
		origin, err := r.Place(pointer)
		if err != nil {
			t.Errorf("%s: %v", pointer, err)
			continue
		}
		if at := origin.Position(); at.Line != want[0] || at.Column != want[1] {
			t.Errorf("%s was written at %d:%d, want %d:%d", pointer, at.Line, at.Column, want[0], want[1])
		}
	}
	for _, pointer := range []string{"/settings/ignored/1", "/settings/passwords/x", "/settings/nope"} {
		if _, err := r.Place(pointer); err == nil {
			t.Errorf("%s leads nowhere and has a place", pointer)
		}
	}
}

func TestJoinedSettings(t *testing.T) {
	t.Parallel()
	none := (*Settings)(nil)
	one := &Settings{Kind: "operator", Name: "RedisReplication", Ignored: []IgnoredSetting{{Key: "a"}}}
	other := &Settings{Kind: "operator", Name: "RedisSentinel", Ignored: []IgnoredSetting{{Key: "b"}}, Passwords: []PlainPassword{{Key: "c"}}}
	for name, test := range map[string]struct{ got, want *Settings }{
		"both": {one.Join(other), &Settings{
			Kind: "operator", Name: "RedisReplication",
			Ignored: []IgnoredSetting{{Key: "a"}, {Key: "b"}}, Passwords: []PlainPassword{{Key: "c"}},
		}},
		"the first":  {one.Join(none), one},
		"the second": {none.Join(other), other},
		"neither":    {none.Join(none), none},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if len(one.Ignored) != 1 {
		t.Error("joining changes what is joined")
	}
}
