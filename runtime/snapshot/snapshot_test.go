package snapshot

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func valid() *Snapshot {
	hour := Duration(time.Hour)
	return &Snapshot{
		FormatVersion: FormatVersion, Runtime: Source{Name: "main", UID: "u"},
		Retention:           Retention{Closed: hour, Feed: hour},
		Sessions:            Sessions{Policy: SessionReplace, DisconnectGrace: hour},
		TransferTimeout:     hour,
		EventSink:           &Webhook{URL: "https://audit.example.com", SigningKeys: []string{"y", "x"}},
		MediaRoutingDomains: []MediaRoutingDomain{{Source: Source{Name: "social"}, MaxRequests: 5, ChannelTypes: []string{"WEB", "FACEBOOK"}}},
		Lists: []List{
			{Source: Source{Name: "l2"}, ClosePolicy: CloseMembers, SoonAfter: 1, OverdueAfter: 2, AutoCloseAfter: 2},
			{Source: Source{Name: "l1"}, ClosePolicy: CloseAdmins, SoonAfter: 1, OverdueAfter: 2, AutoCloseAfter: 3,
				JoinPolicy: JoinGrab, ReopenPolicy: ReopenReopen, RealertPolicy: RealertOnCustomerMessage, CapacityPolicy: CapacityEnforce,
				RealertAfter: hour, ResponseTime: hour, Draining: true,
				WrapUp:   &WrapUp{Reasons: []WrapUpReason{{Name: "sale"}, {Name: "other"}}, DefaultReason: "other", Timeout: hour},
				Deletion: Deletion{Policy: DeletionTransfer, TransferTo: "l2", Deadline: hour}},
		},
		Channels: []Channel{
			{Source: Source{Name: "c2"}, Type: "FACEBOOK", ServiceIdentifier: "page", RoutingMode: RoutingPull, List: "l1", KeyHashes: []string{"b", "a"},
				CustomerActivityTimeout: hour, MessageMaxLength: 10, Outbound: &Webhook{URL: "http://connector:8080/messages", SigningKeys: []string{"k2", "k1"}}},
			{Source: Source{Name: "c1"}, Type: "WEB", ServiceIdentifier: "page", RoutingMode: RoutingPush},
		},
		Subscriptions: []Subscription{
			{Source: Source{Name: "s2"}, Groups: []string{"g2", "g1"}, Lists: []string{"l2", "l1"}, Role: Admin},
			{Source: Source{Name: "s1"}, Agents: []string{"bob", "alice"}, Lists: []string{"l1"}, Role: Representative, AutoSubscribe: true,
				Capacity: []Capacity{{MediaRoutingDomain: "social", MaxRequests: 2}}},
		},
	}
}

func shuffle[T any](items []T) {
	rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
}

func TestEncodingIsCanonical(t *testing.T) {
	want, err := valid().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		s := valid()
		shuffle(s.Lists)
		shuffle(s.Channels)
		shuffle(s.Subscriptions)
		shuffle(s.Subscriptions[0].Lists)
		shuffle(s.Channels[slices.IndexFunc(s.Channels, func(c Channel) bool { return c.Name == "c2" })].Outbound.SigningKeys)
		shuffle(s.EventSink.SigningKeys)
		shuffle(s.Channels[0].KeyHashes)
		shuffle(s.MediaRoutingDomains[0].ChannelTypes)
		got, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if Digest(got) != Digest(want) {
			t.Fatal(cmp.Diff(string(want), string(got)))
		}
	}
	decoded, err := Decode(want)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := decoded.Encode()
	if diff := cmp.Diff(string(want), string(again)); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefusesANewerFormat(t *testing.T) {
	if _, err := Decode([]byte(`{"formatVersion": 99}`)); err == nil || !strings.Contains(err.Error(), "update the runtime") {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	if problems := valid().Validate(); len(problems) != 0 {
		t.Fatalf("a valid snapshot: %v", problems)
	}
	// What an older operator leaves out stands for its default.
	old := valid()
	old.Sessions, old.TransferTimeout, old.EventSink = Sessions{}, 0, nil
	for i, l := range old.Lists {
		old.Lists[i] = List{Source: l.Source, ClosePolicy: l.ClosePolicy, SoonAfter: l.SoonAfter, OverdueAfter: l.OverdueAfter, AutoCloseAfter: l.AutoCloseAfter}
	}
	if problems := old.Validate(); len(problems) != 0 {
		t.Errorf("a snapshot of an older operator: %v", problems)
	}
	for name, tc := range map[string]struct {
		change func(*Snapshot)
		want   string
	}{
		"newer format":                    {func(s *Snapshot) { s.FormatVersion = 2 }, "RoutingRuntime main: format version 2"},
		"no retention":                    {func(s *Snapshot) { s.Retention.Feed = 0 }, "RoutingRuntime main: retention"},
		"list twice":                      {func(s *Snapshot) { s.Lists[1].Name = "l2" }, "Worklist l2: is there twice"},
		"list without name":               {func(s *Snapshot) { s.Lists[0].Name = "" }, "Worklist : has no name"},
		"impossible times":                {func(s *Snapshot) { s.Lists[0].AutoCloseAfter = 1 }, "Worklist l2: times must be"},
		"unknown close policy":            {func(s *Snapshot) { s.Lists[0].ClosePolicy = "Nobody" }, `Worklist l2: close policy "Nobody"`},
		"unknown join policy":             {func(s *Snapshot) { s.Lists[1].JoinPolicy = "First" }, `Worklist l1: join policy "First" is not known here`},
		"unknown reopen policy":           {func(s *Snapshot) { s.Lists[1].ReopenPolicy = "Maybe" }, `Worklist l1: reopen policy "Maybe"`},
		"unknown realert policy":          {func(s *Snapshot) { s.Lists[1].RealertPolicy = "Maybe" }, `Worklist l1: realert policy "Maybe"`},
		"unknown capacity policy":         {func(s *Snapshot) { s.Lists[1].CapacityPolicy = "Maybe" }, `Worklist l1: capacity policy "Maybe"`},
		"unknown deletion policy":         {func(s *Snapshot) { s.Lists[0].Deletion.Policy = "Maybe" }, `Worklist l2: deletion policy "Maybe"`},
		"transfer to nowhere":             {func(s *Snapshot) { s.Lists[1].Deletion.TransferTo = "" }, `Worklist l1: deletion policy "Transfer" and transfer to "" do not`},
		"drain to somewhere":              {func(s *Snapshot) { s.Lists[1].Deletion.Policy = DeletionDrain }, `Worklist l1: deletion policy "Drain" and transfer to "l2" do not`},
		"transfer to itself":              {func(s *Snapshot) { s.Lists[1].Deletion.TransferTo = "l1" }, "Worklist l1: a list that is deleted cannot take its own requests"},
		"transfer to a list that is gone": {func(s *Snapshot) { s.Lists[1].Deletion.TransferTo = "l9" }, "Worklist l1: list l9, to which it transfers, is not in the snapshot"},
		"transfer in circles":             {func(s *Snapshot) { s.Lists[0].Draining = true }, "Worklist l1: list l2, to which it transfers, is draining itself"},
		"negative deadline":               {func(s *Snapshot) { s.Lists[1].Deletion.Deadline = -1 }, "Worklist l1: deletion deadline is -1ns"},
		"negative realert":                {func(s *Snapshot) { s.Lists[1].RealertAfter = -1 }, "Worklist l1: time between two alerts is -1ns"},
		"negative response time":          {func(s *Snapshot) { s.Lists[1].ResponseTime = -1 }, "Worklist l1: response time is -1ns"},
		"negative wrap-up":                {func(s *Snapshot) { s.Lists[1].WrapUp.Timeout = -1 }, "Worklist l1: wrap-up timeout is -1ns"},
		"wrap-up without reasons":         {func(s *Snapshot) { s.Lists[1].WrapUp.Reasons = nil }, `Worklist l1: the default wrap-up reason "other" is not among the reasons`},
		"a nameless reason":               {func(s *Snapshot) { s.Lists[1].WrapUp.Reasons[0].Name = "" }, "Worklist l1: a wrap-up reason has no name"},
		"a reason twice":                  {func(s *Snapshot) { s.Lists[1].WrapUp.Reasons[0].Name = "other" }, "Worklist l1: wrap-up reason other is there twice"},
		"unknown session policy":          {func(s *Snapshot) { s.Sessions.Policy = "One" }, `RoutingRuntime main: session policy "One"`},
		"negative grace":                  {func(s *Snapshot) { s.Sessions.DisconnectGrace = -1 }, "RoutingRuntime main: disconnect grace is -1ns"},
		"negative offers":                 {func(s *Snapshot) { s.TransferTimeout = -1 }, "RoutingRuntime main: transfer timeout is -1ns"},
		"an origin with a path":           {func(s *Snapshot) { s.AllowedOrigins = []string{"*", "https://a", "https://a/"} }, `RoutingRuntime main: allowed origin "https://a/" is not`},
		"an origin of no page":            {func(s *Snapshot) { s.AllowedOrigins = []string{"null"} }, `RoutingRuntime main: allowed origin "null" is not`},
		"an origin with a user":           {func(s *Snapshot) { s.AllowedOrigins = []string{"https://me@a"} }, "RoutingRuntime main: allowed origin"},
		"agents who may do nothing":       {func(s *Snapshot) { s.RateLimits.Agent = &Rate{PerSecond: 1} }, "RoutingRuntime main: the rate limit of agents"},
		"connectors that may do nothing":  {func(s *Snapshot) { s.RateLimits.Connector = &Rate{Burst: 1} }, "RoutingRuntime main: the rate limit of connectors"},
		"sink without a host":             {func(s *Snapshot) { s.EventSink.URL = "https:///events" }, "RoutingRuntime main: the URL of event sink is not absolute"},
		"outbound that is no URL":         {func(s *Snapshot) { s.Channels[0].Outbound.URL = "a b" }, "Channel c2: the URL of outbound is not absolute"},
		"outbound to a file":              {func(s *Snapshot) { s.Channels[0].Outbound.URL = "file://host/etc" }, "Channel c2: the URL of outbound is not absolute"},
		"negative length":                 {func(s *Snapshot) { s.Channels[0].MessageMaxLength = -1 }, "Channel c2: the longest message has -1 characters"},
		"negative activity":               {func(s *Snapshot) { s.Channels[0].CustomerActivityTimeout = -1 }, "Channel c2: customer activity timeout is -1ns"},
		"no limit":                        {func(s *Snapshot) { s.MediaRoutingDomains[0].MaxRequests = 0 }, "MediaRoutingDomain social: maxRequests"},
		"type in two domains": {func(s *Snapshot) {
			s.MediaRoutingDomains = append(s.MediaRoutingDomains, MediaRoutingDomain{Source: Source{Name: "x"}, MaxRequests: 1, ChannelTypes: []string{"WEB"}})
		}, "MediaRoutingDomain x: channel type WEB belongs to social"},
		"unknown mode":          {func(s *Snapshot) { s.Channels[0].RoutingMode = "Sideways" }, `Channel c2: routing mode "Sideways"`},
		"channel to nowhere":    {func(s *Snapshot) { s.Channels[0].List = "l9" }, "Channel c2: list l9 is not in the snapshot"},
		"identifier twice":      {func(s *Snapshot) { s.Channels[1].Type = "FACEBOOK" }, `Channel c1: service identifier "page" of type FACEBOOK belongs to c2`},
		"unknown role":          {func(s *Snapshot) { s.Subscriptions[0].Role = "King" }, `AgentSubscription s2: role "King"`},
		"subscribed to nothing": {func(s *Snapshot) { s.Subscriptions[0].Lists = []string{"l9"} }, "AgentSubscription s2: list l9"},
		"above the limit":       {func(s *Snapshot) { s.Subscriptions[1].Capacity[0].MaxRequests = 6 }, "AgentSubscription s1: capacity 6 is not within 0 to 5"},
		"unknown domain":        {func(s *Snapshot) { s.Subscriptions[1].Capacity[0].MediaRoutingDomain = "x" }, "AgentSubscription s1: media routing domain x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := valid()
			tc.change(s)
			problems := s.Validate()
			if len(problems) == 0 || !strings.HasPrefix(problems[0].String(), tc.want) {
				t.Errorf("%v, want %q", problems, tc.want)
			}
		})
	}
}

func TestAccess(t *testing.T) {
	x := NewIndex(valid(), 1, "d")
	for name, tc := range map[string]struct {
		agent  string
		groups []string
		want   map[string]Access
	}{
		"by name":            {"alice", nil, map[string]Access{"l1": {Representative, true}}},
		"by group":           {"erin", []string{"g1"}, map[string]Access{"l1": {Role: Admin}, "l2": {Role: Admin}}},
		"Admin wins":         {"alice", []string{"g2"}, map[string]Access{"l1": {Admin, true}, "l2": {Role: Admin}}},
		"nobody":             {"mallory", []string{"g9"}, map[string]Access{}},
		"a name is no group": {"g1", nil, map[string]Access{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, x.Access(tc.agent, tc.groups)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := x.Limit(x.Domain("WEB"), "alice", nil); got != 2 {
		t.Errorf("alice's limit is %d, want her own", got)
	}
	if got := x.Limit(x.Domain("WEB"), "erin", nil); got != 5 {
		t.Errorf("erin's limit is %d, want the domain's", got)
	}
}
