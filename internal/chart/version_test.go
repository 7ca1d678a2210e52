package chart

import "testing"

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		asked, want string
		assumed     bool
	}{
		{"23.1.1", "23.1.1", false},
		{"v20.0.3", "20.0.3", false},
		{"20.13.4-rc.1", "20.13.4-rc.1", false},
		{"", "23.1.1", true},
		{"*", "23.1.1", false},
		{"latest", "23.1.1", true},
		{"24.0.0", "23.1.1", true},
		{"9.5.0", "9.5.0", false},
		{"18", "18.19.4", false},
		{"18.x.x", "18.19.4", false},
		{"~20.13", "20.13.4", false},
		{"~20.1", "23.1.1", true},
		{"^17.3.0", "17.17.1", false},
		{">=17 <19", "18.19.4", false},
		{">= 17.0.0, < 19.0.0", "18.19.4", false},
		{">19", "23.1.1", false},
		{"<= 16", "16.13.2", false},
		{"!=23.1.1", "22.0.7", false},
		{"14 - 16", "16.13.2", false},
		{"^11 || ^12", "12.10.1", false},
		{">99", "23.1.1", true},
		{"main", "23.1.1", true},
		{"${VERSION}", "23.1.1", true},
	} {
		version, assumed := redisChart.version(test.asked)
		if version != test.want || assumed != test.assumed {
			t.Errorf("%q is version %s, assumed %v; want %s, %v", test.asked, version, assumed, test.want, test.assumed)
		}
	}
}

func TestMajor(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]int{"9.5.0": 10, "10.9.0": 10, "23.1.1": 23} {
		if got := redisChart.major(version); got != want {
			t.Errorf("the facts of %s are those of major version %d, want %d", version, got, want)
		}
	}
}
