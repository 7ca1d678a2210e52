// Command sbom lists what a Go program is made of: the modules and the Go version that the compiler wrote into it, as a
// CycloneDX document. It reads the program for any system, and runs nothing of it.
package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sbom PROGRAM DOCUMENT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(program, document string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("read %s: %w", program, err)
	}
	file, err := os.Create(document)
	if err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	encoder := cyclonedx.NewBOMEncoder(file, cyclonedx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.Encode(describe(filepath.Base(program), info)); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return file.Close()
}

func describe(name string, info *debug.BuildInfo) *cyclonedx.BOM {
	program := component(&info.Main)
	program.Type, program.Name = cyclonedx.ComponentTypeApplication, name
	for _, setting := range info.Settings {
		if program.Properties == nil {
			program.Properties = &[]cyclonedx.Property{}
		}
		*program.Properties = append(*program.Properties, cyclonedx.Property{Name: "go:build:" + setting.Key, Value: setting.Value})
	}
	components := []cyclonedx.Component{{
		BOMRef: "std", Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: info.GoVersion,
		PackageURL: "pkg:golang/std@" + info.GoVersion,
	}}
	direct := []string{"std"}
	for _, module := range info.Deps {
		for module.Replace != nil {
			module = module.Replace
		}
		c := component(module)
		components = append(components, c)
		direct = append(direct, c.BOMRef)
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &program}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: program.BOMRef, Dependencies: &direct}}
	return bom
}

func component(module *debug.Module) cyclonedx.Component {
	url := "pkg:golang/" + module.Path + "@" + module.Version
	c := cyclonedx.Component{
		BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: module.Path, Version: module.Version, PackageURL: url,
	}
	if module.Sum != "" {
		c.Properties = &[]cyclonedx.Property{{Name: "go:sum", Value: module.Sum}} // of the module's files: no hash that CycloneDX knows
	}
	return c
}
