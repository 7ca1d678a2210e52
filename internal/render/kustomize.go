package render

func build(k *Kustomization) *Rendered { return &Rendered{} }
