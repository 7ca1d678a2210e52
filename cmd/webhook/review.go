package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/time/rate"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/redislint/redislint/internal/report"
)

// reviewer decides AdmissionRequests. Its errors, and its panics, are faults of ours.
type reviewer interface {
	Review(ctx context.Context, request admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error)
}

// handler answers AdmissionReviews over HTTP. A verdict is a 200; everything else is an HTTP error, which an API server
// treats by its failurePolicy. A fault of ours is never a verdict.
type handler struct {
	reviewer reviewer
	limits   *limits
	metrics  *metrics
	log      *slog.Logger
	lame     func() bool // whether the process is about to end

	strangers, ours rate.Sometimes // bound how often faults are logged, theirs and ours
}

func newHandler(r reviewer, l *limits, m *metrics, log *slog.Logger, lame func() bool) *handler {
	return &handler{
		reviewer: r, limits: l, metrics: m, log: log, lame: lame,
		strangers: rate.Sometimes{First: 10, Interval: time.Second},
		ours:      rate.Sometimes{First: 100, Interval: time.Second},
	}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	reply, err := h.answer(w, r, started)
	if h.lame() {
		// The only way to make a client give a connection up without the risk of its next request getting lost.
		w.Header().Set("Connection", "close")
	}
	if err != nil {
		h.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(reply); err != nil {
		h.metrics.fault("gone")
	}
}

// answer returns the AdmissionReview to reply with, or a fault.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, started time.Time) ([]byte, error) {
	control := http.NewResponseController(w) // a recorder has no deadlines, and no need of them
	timeout, err := acceptable(r)
	if err != nil {
		// net/http reads on, to keep the connection, before it replies: not for long.
		_ = control.SetReadDeadline(started.Add(time.Second))
		return nil, err
	}
	ctx, cancel := context.WithDeadline(r.Context(), started.Add(timeout))
	defer cancel()

	_ = control.SetWriteDeadline(started.Add(timeout + time.Second)) // for a caller that does not read its reply

	body, release, err := h.limits.read(ctx, w, r)
	if err != nil {
		return nil, err
	}
	leave, err := h.limits.enter(ctx)
	if err != nil {
		release()
		return nil, err
	}

	// In a goroutine of its own, for a reviewer that heeds no deadline: the caller gets its answer in time, and the place
	// and the bytes stay taken until the reviewer has really ended.
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if panicked := recover(); panicked != nil {
				o = outcome{err: &fault{
					http.StatusInternalServerError, "panic", fmt.Errorf("panic: %v\n%s", panicked, debug.Stack()),
				}}
			}
			release()
			leave()
			done <- o
		}()
		o.reply, o.err = h.judge(ctx, body)
	}()
	select {
	case o := <-done:
		return o.reply, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.reply, o.err
	default:
		return nil, late(ctx, "no verdict within "+timeout.String())
	}
}

type outcome struct {
	reply []byte
	err   error
}

// judge decodes a review, has it decided and encodes the reply.
func (h *handler) judge(ctx context.Context, body []byte) ([]byte, error) {
	request, err := decode(body)
	if err != nil {
		return nil, err
	}
	response, err := h.reviewer.Review(ctx, request.AdmissionRequest)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, late(ctx, subject(request)+": "+err.Error())
	case err != nil:
		return nil, &fault{http.StatusInternalServerError, "error", fmt.Errorf("%s: %w", subject(request), err)}
	case response == nil:
		return nil, &fault{http.StatusInternalServerError, "error", fmt.Errorf("%s: no response", subject(request))}
	case !response.Allowed && response.Result != nil && response.Result.Code >= http.StatusInternalServerError:
		// controller-runtime's own way to report an error, which API servers take for a denial.
		return nil, &fault{
			http.StatusInternalServerError, "error", fmt.Errorf("%s: %s", subject(request), response.Result.Message),
		}
	}
	reply, err := encode(request, response)
	if err != nil {
		return nil, &fault{http.StatusInternalServerError, "error", fmt.Errorf("%s: %w", subject(request), err)}
	}
	if !response.Allowed {
		h.logDenial(request, response)
	}
	return reply, nil
}

var decoder = func() admission.Decoder {
	scheme := runtime.NewScheme()
	if err := admissionv1.AddToScheme(scheme); err != nil {
		panic(err)
	}
	return admission.NewDecoder(scheme)
}()

var reviewKind = admissionv1.SchemeGroupVersion.WithKind("AdmissionReview")

// decode reads an AdmissionReview of admission.k8s.io/v1, and nothing else that the decoder would take, such as YAML.
func decode(body []byte) (admission.Request, error) {
	var request admission.Request
	if !isObject(body) {
		return request, malformed("the body is not a JSON object")
	}
	var review admissionv1.AdmissionReview
	if err := decoder.DecodeRaw(runtime.RawExtension{Raw: body}, &review); err != nil {
		return request, malformed("decode AdmissionReview: %w", err)
	}
	switch {
	case review.GroupVersionKind() != reviewKind: // the decoder fills in what is missing
		return request, malformed("the body is not an AdmissionReview of %s", reviewKind.GroupVersion())
	case review.Request == nil:
		return request, malformed("the AdmissionReview has no request")
	case review.Request.UID == "":
		return request, malformed("the AdmissionReview's request has no uid")
	}
	request.AdmissionRequest = *review.Request
	return request, nil
}

func isObject(body []byte) bool {
	for _, c := range body {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{'
		}
	}
	return false
}

func encode(request admission.Request, decided *admissionv1.AdmissionResponse) ([]byte, error) {
	response := admission.Response{AdmissionResponse: *decided}
	if decided.Result != nil {
		result := *decided.Result
		if !decided.Allowed {
			result.Code = cmp.Or(result.Code, http.StatusForbidden)
		}
		response.Result = &result
	}
	if err := response.Complete(request); err != nil {
		return nil, fmt.Errorf("complete the response: %w", err)
	}
	review := admissionv1.AdmissionReview{Response: &response.AdmissionResponse}
	review.SetGroupVersionKind(reviewKind)
	reply, err := json.Marshal(review)
	if err != nil {
		return nil, fmt.Errorf("encode the response: %w", err)
	}
	return reply, nil
}

// subject names what a request is about, for the log.
func subject(request admission.Request) string {
	return fmt.Sprintf("review %s of %s %s/%s",
		request.UID, request.Kind.Kind, request.Namespace, request.Name)
}

func (h *handler) logDenial(request admission.Request, response *admissionv1.AdmissionResponse) {
	var rules []string
	message := ""
	if result := response.Result; result != nil {
		message = result.Message
		if result.Details != nil {
			for _, cause := range result.Details.Causes {
				rules = append(rules, string(cause.Type))
			}
		}
	}
	h.log.Info("denied",
		"uid", string(request.UID), "operation", string(request.Operation),
		"kind", request.Kind.Kind, "namespace", request.Namespace, "name", request.Name,
		"user", request.UserInfo.Username, "rules", unique(rules), "message", message)
}

// refuse answers with a fault. The reply says what happened and, of errors of ours, no more than that.
func (h *handler) refuse(w http.ResponseWriter, err error) {
	f, ok := errors.AsType[*fault](err)
	if !ok {
		f = &fault{http.StatusInternalServerError, "error", err}
	}
	h.metrics.fault(f.reason)
	if f.status == http.StatusInternalServerError {
		h.ours.Do(func() { h.log.Error("no verdict", "reason", f.reason, "error", f.err) })
		http.Error(w, "redislint has no verdict; its log says why", f.status)
		return
	}
	h.strangers.Do(func() { h.log.Warn("refused", "reason", f.reason, "status", f.status, "error", f.err) })
	http.Error(w, bounded(report.Visible(f.Error())), f.status)
}
