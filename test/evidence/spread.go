//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// spread writes the smallest, the median and the largest of figures, or the only one.
func spread(format string, figures []float64) string {
	if len(figures) == 0 {
		return "-"
	}
	sorted := slices.Sorted(slices.Values(figures))
	smallest, middle, largest := sorted[0], sorted[len(sorted)/2], sorted[len(sorted)-1]
	if len(sorted) == 1 {
		return fmt.Sprintf(format, middle)
	}
	return fmt.Sprintf(format+" / "+format+" / "+format, smallest, middle, largest)
}

// seconds spreads durations in seconds.
func seconds(format string, durations []time.Duration) string {
	figures := make([]float64, len(durations))
	for i, d := range durations {
		figures[i] = d.Seconds()
	}
	return spread(format, figures)
}

// tally writes each different text once, in order of appearance, with how often it came where texts differ.
func tally(texts []string) string {
	var order []string
	count := make(map[string]int)
	for _, text := range texts {
		if count[text] == 0 {
			order = append(order, text)
		}
		count[text]++
	}
	if len(order) == 1 {
		return order[0]
	}
	for i, text := range order {
		order[i] = fmt.Sprintf("%s (%d)", text, count[text])
	}
	return strings.Join(order, ", ")
}

// median returns the middle one of figures, the upper one of two.
func median(figures []float64) float64 {
	return slices.Sorted(slices.Values(figures))[len(figures)/2]
}

// extremes returns the median and the largest of durations.
func extremes(durations []time.Duration) (middle, largest time.Duration) {
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[len(sorted)/2], sorted[len(sorted)-1]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
