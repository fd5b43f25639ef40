package contract

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

var (
	opened = time.Date(2026, 3, 1, 9, 0, 0, 708_000_000, time.UTC)

	// testttt is the customer of the published example.
	testttt = &protocol.Request{
		ID: "01M81SBW6BEN9T7A467T9E3N5P", List: "l1", Channel: "pull", ChannelType: "WEB", State: request.Unread, OpenedAt: opened,
		Customer: protocol.Customer{
			ID: "0991222", Name: "testttt", Anonymous: true, Attributes: map[string]string{"urlTest2": "https://crm.example/0991222"},
		},
	}

	config = snapshot.NewIndex(&snapshot.Snapshot{
		Runtime: snapshot.Source{Name: "main"},
		Lists:   []snapshot.List{{Source: snapshot.Source{Name: "l1"}}},
		Channels: []snapshot.Channel{{
			Source: snapshot.Source{Name: "pull"}, Type: "WEB", ServiceIdentifier: "1133", List: "l1",
			CustomerActivityTimeout: snapshot.Duration(10 * time.Minute),
		}},
		MediaRoutingDomains: []snapshot.MediaRoutingDomain{{Source: snapshot.Source{Name: "chat"}, ChannelTypes: []string{"WEB"}}},
	}, 1, "digest")
)

// The newer profile's list event has every field of the published example, each of
// its type, and no other.
func TestPublishedExample(t *testing.T) {
	e := wire(t, ConversationID, received)
	text, isText := e["pullModeEvent"].(string)
	if !isText {
		t.Fatalf("pullModeEvent is %T", e["pullModeEvent"])
	}
	got := shapeOf("", e)
	got = append(got, shapeOf("pullModeEvent", parse(t, text))...)
	got = slices.DeleteFunc(got, func(line string) bool {
		// The event itself is a string, and what a customer's page says is that page's.
		return line == " object" || line == "pullModeEvent object" || strings.HasPrefix(line, "pullModeEvent.channelSession.channelData.additionalAttributes[].value")
	})
	slices.Sort(got)
	if d := cmp.Diff(example(t), got); d != "" {
		t.Errorf("differs from what is published (-published +ours):\n%s", d)
	}
	if strings.Count(text, `"participantType"`) != 1 {
		t.Errorf("a parser may refuse a key that comes twice: %s", text)
	}
}

func TestListEvents(t *testing.T) {
	for name, tc := range map[string]struct {
		profile Profile
		want    map[string]any
		row     map[string]any
	}{
		"newer": {
			ConversationID,
			map[string]any{"type": received, "conversationId": "l1"},
			map[string]any{"id": testttt.ID, "status": "CREATED", "listId": "l1", "time": float64(opened.UnixMilli())},
		},
		"older": {
			TopicID,
			map[string]any{"type": received, "topicId": "l1"},
			map[string]any{"id": testttt.ID, "status": "CREATED", "listId": "l1", "time": "2026-03-01T09:00:00.708+00:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := wire(t, tc.profile, received)
			row, isObject := e["pullModeEvent"].(map[string]any)
			if tc.profile == ConversationID {
				row = parse(t, e["pullModeEvent"].(string))
			} else if !isObject {
				t.Errorf("pullModeEvent is %T", e["pullModeEvent"])
			}
			delete(e, "pullModeEvent")
			delete(row, "channelSession")
			if d := cmp.Diff(tc.want, e); d != "" {
				t.Errorf("envelope (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tc.row, row); d != "" {
				t.Errorf("pullModeEvent (-want +got):\n%s", d)
			}
		})
	}
}

// What the two profiles' channel sessions differ in is what the published versions do.
func TestOlderChannelSession(t *testing.T) {
	newer, older := map[string]bool{}, map[string]bool{}
	for _, line := range shapeOf("", parse(t, encode(t, sessionOf(ConversationID, testttt, config)))) {
		newer[line] = true
	}
	for _, line := range shapeOf("", parse(t, encode(t, sessionOf(TopicID, testttt, config)))) {
		older[line] = true
	}
	gone, came := maps.Clone(newer), maps.Clone(older)
	maps.DeleteFunc(gone, func(line string, _ bool) bool { return older[line] })
	maps.DeleteFunc(came, func(line string, _ bool) bool { return newer[line] })
	want := []string{"channelData.channelTypeCode string", "state string", "topicId string"}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(came))); d != "" {
		t.Errorf("only older (-want +got):\n%s", d)
	}
	for line := range gone {
		if !strings.Contains(line, "tenant") && !strings.Contains(line, "customerSla") && !strings.HasPrefix(line, "roomInfo") &&
			!strings.HasPrefix(line, "state") && !slices.Contains([]string{"conversationId string", "channelSessionDirection string", "channel.defaultOutbound boolean"}, line) {
			t.Errorf("the older one has no %s", line)
		}
	}
}

func TestChannelSession(t *testing.T) {
	got := parse(t, encode(t, sessionOf(ConversationID, testttt, config)))
	for path, want := range map[string]any{
		"channel.serviceIdentifier":                                         "1133",
		"channel.channelConfig.customerActivityTimeout":                     600.0, // seconds
		"channel.channelConfig.routingPolicy.routingMode":                   "PULL",
		"channel.channelConfig.routingPolicy.routingObjectId":               "l1",
		"channel.channelType.mediaRoutingDomain":                            "chat",
		"channel.channelConnector.channelProviderInterface.providerWebhook": "",
		"customer._id":                          "0991222",
		"customer.firstName":                    "testttt",
		"customer.isAnonymous":                  true,
		"customer.urlTest2":                     "https://crm.example/0991222",
		"channelData.channelCustomerIdentifier": "0991222",
		"channelData.serviceIdentifier":         "1133",
		"conversationId":                        testttt.ID,
		"roomInfo.mode":                         "CONTACT_CENTER",
		"state.name":                            "STARTED",
		"state.reasonCode":                      "CUSTOMER",
		"isActive":                              true,
		"active":                                true,
	} {
		if d := cmp.Diff(want, at(got, path)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
	if d := cmp.Diff([]any{"0991222"}, at(got, "customer.web")); d != "" {
		t.Errorf("identities (-want +got):\n%s", d)
	}
}

// A customer's attribute never takes the place of a published field.
func TestCustomerAttributesDoNotReplaceFields(t *testing.T) {
	r := *testttt
	r.Customer.Attributes = map[string]string{"_id": "x", "isAnonymous": "x", "web": "x"}
	if d := cmp.Diff(customerOf(testttt)["_id"], customerOf(&r)["_id"]); d != "" {
		t.Error(d)
	}
	if got := customerOf(&r)["web"]; !cmp.Equal(got, []string{"0991222"}) {
		t.Errorf("web is %v", got)
	}
}

func TestStatuses(t *testing.T) {
	for state, want := range map[request.State]string{
		request.Unread: "CREATED", request.Active: "ACTIVE", request.Inactive: "INACTIVE", request.Closed: "CLOSING",
	} {
		r := *testttt
		r.State = state
		if got := rowOf(ConversationID, &r, config).Status; got != want {
			t.Errorf("INV8: %s is %s on the wire, want %s", state, got, want)
		}
	}
}

func wire(t *testing.T, p Profile, kind string) map[string]any {
	t.Helper()
	e, err := listEventOf(p, kind, rowOf(p, testttt, config))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, encode(t, e))
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

// shapeOf lists every field by its path, with its type.
func shapeOf(path string, value any) []string {
	lines := []string{path + " " + typeOf(value)}
	switch v := value.(type) {
	case map[string]any:
		for name, field := range v {
			lines = append(lines, shapeOf(strings.TrimPrefix(path+"."+name, "."), field)...)
		}
	case []any:
		for _, element := range v {
			lines = append(lines, shapeOf(path+"[]", element)...)
		}
	}
	return lines
}

func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case float64:
		return "number"
	case bool:
		return "boolean"
	}
	return fmt.Sprintf("%T", value)
}

func at(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		fields, _ := value.(map[string]any)
		value = fields[name]
	}
	return value
}

// example is the shape of the contract's example: every field and its type.
func example(t *testing.T) []string {
	t.Helper()
	file, err := os.Open("testdata/published.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines []string
	for s := bufio.NewScanner(file); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines
}
