package picture

import (
	"slices"
)

// Measures of a picture, in pixels.
const (
	margin     = 16.0
	gapX, gapY = 26.0, 44.0
	padding    = 14.0
	narrowest  = 150.0
	widest     = 226.0
	headHeight = 52.0
	podSize    = 9.0
	podStep    = 13.0
	mostPods   = 10
	mostFound  = 12 // findings that are told of a part
	columns    = 3  // that a layer is set in; one more is for what stands beside nodes
)

// box is where a part is drawn.
type box struct {
	x, y, width, height float64
}

// plan is a picture with a place for each part.
type plan struct {
	Picture
	boxes         []box
	width, height float64
	head          float64 // height above the parts, which the name takes
}

// arrange places parts in layers: who connects, the Services, the nodes with their volumes below, and beside them what
// watches.
func (p Picture) arrange(named bool) plan {
	l := plan{Picture: p, boxes: make([]box, len(p.Parts))}
	outside, services, nodes, beside := l.of(Route, Client), l.of(Service), l.of(Node), l.of(Sentinel, Exporter)
	volumes := l.of(Volume)

	size := l.boxWidth()
	perRow := 1
	for _, layer := range [][]int{outside, services, nodes} {
		perRow = max(perRow, min(len(layer), columns))
	}
	all := perRow
	if len(beside) > 0 && min(len(nodes), columns) == perRow {
		all++
	}
	l.width = 2*margin + float64(all)*size + float64(all-1)*gapX
	if named {
		l.head = headHeight
		l.width = max(l.width, 320)
	}
	g := grid{plan: &l, size: size, y: margin + l.head + 6, columns: all}
	g.centred(outside)
	g.centred(services)
	g.bands(nodes, volumes, beside)
	l.height = g.y - gapY + margin
	if len(p.Parts) == 0 {
		l.height = l.head + 2*margin
	}
	return l
}

// of returns the parts of some kinds, in order.
func (l *plan) of(kinds ...Kind) []int {
	var list []int
	for i, part := range l.Parts {
		if slices.Contains(kinds, part.Kind) {
			list = append(list, i)
		}
	}
	return list
}

// boxWidth is one for all parts, so that they line up.
func (l *plan) boxWidth() float64 {
	size := narrowest
	for _, part := range l.Parts {
		size = max(size, labelFont.width(shown(part.Label))+2*padding, nameFont.width(shown(part.Name))+2*padding)
		for _, fact := range part.Facts {
			size = max(size, factFont.width(shown(fact))+2*padding)
		}
	}
	return min(size, widest)
}

func (p Part) height() float64 {
	height := 48.0 + 16*float64(len(p.Facts))
	if p.Pods > 0 {
		height += 18
	}
	return height
}

// grid places boxes from the top down.
type grid struct {
	*plan
	size    float64
	y       float64 // of the next row
	columns int
}

func (g *grid) x(column, of int) float64 {
	whole := float64(of)*g.size + float64(of-1)*gapX
	return (g.width-whole)/2 + float64(column)*(g.size+gapX)
}

// place sets a box and returns its height.
func (g *grid) place(part, column, of int) float64 {
	height := g.Parts[part].height()
	g.boxes[part] = box{g.x(column, of), g.y, g.size, height}
	return height
}

// centred sets a layer in rows.
func (g *grid) centred(layer []int) {
	for row := range slices.Chunk(layer, g.columns) {
		height := 0.0
		for column, part := range row {
			height = max(height, g.place(part, column, len(row)))
		}
		g.y += height + gapY
	}
}

// bands sets nodes in rows, with the volumes of each below it. What stands beside takes the columns to the right, from the
// top down, and rows of its own where there is no room.
func (g *grid) bands(nodes, volumes, beside []int) {
	owner := map[int]int{}
	for _, link := range g.Links {
		if g.Parts[link.To].Kind == Volume {
			owner[link.To] = link.From
		}
	}
	for row := range slices.Chunk(nodes, columns) {
		used := len(row)
		if len(beside) > 0 && used < g.columns {
			used++
		}
		var below []int
		height := 0.0
		at := map[int]int{}
		for column, node := range row {
			height = max(height, g.place(node, column, used))
			at[node] = column
		}
		if used > len(row) {
			height = max(height, g.place(beside[0], used-1, used))
			beside = beside[1:]
		}
		g.y += height + gapY
		taken := map[int]bool{}
		height = 0
		for _, v := range volumes {
			if column, ok := at[owner[v]]; ok && !taken[column] {
				taken[column] = true
				below = append(below, v)
				height = max(height, g.place(v, column, used))
			}
		}
		if used > len(row) && len(beside) > 0 && len(below) > 0 {
			height = max(height, g.place(beside[0], used-1, used))
			beside = beside[1:]
		}
		if height > 0 {
			g.y += height + gapY
		}
		volumes = slices.DeleteFunc(slices.Clone(volumes), func(v int) bool { return slices.Contains(below, v) })
	}
	g.centred(beside)
	g.centred(volumes)
}
