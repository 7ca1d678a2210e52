package doctor

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// port is one of a Service.
type port struct {
	Name string
	Port int
}

// served examines the Service that API servers call.
func (e *examination) served(ctx context.Context) bool {
	if e.service.Name == "" {
		e.say(Warn, "service", "the configuration has the URL "+e.configuration.Webhooks[0].ClientConfig.URL+": what is behind it cannot be examined", "")
		return false
	}
	for _, w := range e.configuration.Webhooks {
		switch s := w.ClientConfig.Service; {
		case s == nil || *s != e.service:
			e.say(Warn, "service", w.Name+" calls something else than the first entry", install)
		case s.Path != path:
			e.say(Fail, "service", fmt.Sprintf("%s calls path %q, where nobody answers", w.Name, s.Path), "set it to "+path)
		}
	}
	name := e.service.Namespace + "/" + e.service.Name
	var service struct {
		Spec struct {
			Type     string
			Selector map[string]string
			Ports    []port
		}
	}
	found, known := e.get(ctx, "service", "api/v1/namespaces/"+e.service.Namespace+"/services/"+e.service.Name, nil, &service)
	if !found {
		if known {
			e.say(Fail, "service", "Service "+name+" does not exist: API servers call nobody", install)
		}
		return false
	}
	if e.service.Port == 0 {
		e.service.Port = 443
	}
	for _, p := range service.Spec.Ports {
		if p.Port == e.service.Port {
			e.okay("service", "%s, port %d", name, p.Port)
			return true
		}
	}
	e.say(Fail, "service", fmt.Sprintf("Service %s has no port %d, which API servers call", name, e.service.Port), "give it the port of deploy/base/65-service.yaml")
	return true
}

// endpointSlices is a list of EndpointSlices.
type endpointSlices struct {
	Items []struct {
		Endpoints []struct {
			Addresses  []string
			Conditions struct{ Ready *bool }
		}
		Ports []struct{ Port int }
	}
}

// endpoints examines who answers behind the Service.
func (e *examination) endpoints(ctx context.Context) {
	var list endpointSlices
	query := map[string][]string{"limit": {"500"}, "labelSelector": {"kubernetes.io/service-name=" + e.service.Name}}
	if found, _ := e.get(ctx, "endpoints", "apis/discovery.k8s.io/v1/namespaces/"+e.service.Namespace+"/endpointslices", query, &list); !found {
		return
	}
	waiting := 0
	for _, slice := range list.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready {
				waiting++
				continue
			}
			e.ready++
			for _, p := range slice.Ports {
				for _, address := range endpoint.Addresses {
					e.addresses = append(e.addresses, net.JoinHostPort(address, strconv.Itoa(p.Port)))
				}
			}
		}
	}
	switch {
	case e.ready == 0 && waiting > 0:
		e.say(Fail, "endpoints", fmt.Sprintf("none of %d is ready: %s", waiting, e.unanswered()),
			fmt.Sprintf("kubectl -n %s logs deployment/%s; /readyz of a Pod says what it waits for", e.service.Namespace, e.service.Name))
	case e.ready == 0:
		e.say(Fail, "endpoints", "nobody is behind the Service: "+e.unanswered(),
			fmt.Sprintf("kubectl -n %s get pods; the Service's selector has to match their labels", e.service.Namespace))
	default:
		e.okay("endpoints", "%d ready", e.ready)
	}
}

// unanswered is what happens while nobody answers.
func (e *examination) unanswered() string {
	if e.closed() {
		return "changes of Redis are refused"
	}
	return "everything is admitted"
}

// replicas examines the Deployment and its budget.
func (e *examination) replicas(ctx context.Context) {
	if e.service.Name == "" {
		return
	}
	var deployment struct {
		Spec struct {
			Replicas int
			Template struct {
				Metadata struct{ Labels map[string]string }
				Spec     struct{ Containers []container }
			}
		}
		Status struct{ ReadyReplicas int }
	}
	found, known := e.get(ctx, "replicas", "apis/apps/v1/namespaces/"+e.service.Namespace+"/deployments/"+e.service.Name, nil, &deployment)
	if !found {
		if known {
			e.say(Warn, "replicas", fmt.Sprintf("Deployment %s/%s does not exist: who runs the webhook cannot be told", e.service.Namespace, e.service.Name), "")
		}
		return
	}
	e.version(deployment.Spec.Template.Spec.Containers)
	want, ready := deployment.Spec.Replicas, deployment.Status.ReadyReplicas
	switch {
	case want < 2:
		e.say(Warn, "replicas", fmt.Sprintf("%d replica: whenever it is moved, %s", want, e.unanswered()), "run 3, as deploy/base does")
	case ready < want:
		e.say(Warn, "replicas", fmt.Sprintf("%d of %d are ready", ready, want), fmt.Sprintf("kubectl -n %s get pods", e.service.Namespace))
	default:
		e.okay("replicas", "%d of %d are ready", ready, want)
	}
	if want > 1 {
		e.budget(ctx, deployment.Spec.Template.Metadata.Labels)
	}
}

// container is one of a Pod template.
type container struct{ Image string }

// version compares what is installed with what examines it: of another version, the two have other rules.
func (e *examination) version(containers []container) {
	for _, c := range containers {
		name, _, _ := strings.Cut(c.Image, "@")
		name, tag, _ := strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")
		switch {
		case name != "webhook" || tag == "" || e.Version == "":
		case strings.TrimPrefix(tag, "v") == strings.TrimPrefix(e.Version, "v"):
			e.okay("version", "%s, as this redislint", tag)
		default:
			e.say(Warn, "version", fmt.Sprintf("the webhook is of version %s, this redislint of %s: what one of them finds, the other may not", tag, e.Version),
				"install the same version of both")
		}
	}
}

func (e *examination) budget(ctx context.Context, pods map[string]string) {
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Spec     struct{ Selector *metav1.LabelSelector }
			Status   struct{ DisruptionsAllowed int }
		}
	}
	if found, _ := e.get(ctx, "budget", "apis/policy/v1/namespaces/"+e.service.Namespace+"/poddisruptionbudgets", nil, &list); !found {
		return
	}
	for _, b := range list.Items {
		if selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector); err == nil && selector.Matches(labels.Set(pods)) {
			e.okay("budget", "PodDisruptionBudget %s, %d may go now", b.Metadata.Name, b.Status.DisruptionsAllowed)
			return
		}
	}
	e.say(Warn, "budget", "no PodDisruptionBudget selects the replicas: a drain may take all at once, and then "+e.unanswered(),
		"add the one of deploy/base/60-deployment.yaml")
}
