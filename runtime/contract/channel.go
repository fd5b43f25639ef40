package contract

import (
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

type (
	channel struct {
		ID                string           `json:"id"`
		Name              string           `json:"name"`
		ServiceIdentifier string           `json:"serviceIdentifier"`
		DefaultOutbound   *bool            `json:"defaultOutbound,omitempty"`
		Tenant            *tenant          `json:"tenant,omitempty"`
		ChannelConfig     channelConfig    `json:"channelConfig"`
		ChannelConnector  channelConnector `json:"channelConnector"`
		ChannelType       channelType      `json:"channelType"`
	}

	tenant struct {
		ID   string  `json:"id"`
		Name *string `json:"name"`
	}

	channelConfig struct {
		ID                             string         `json:"id"`
		ChannelMode                    string         `json:"channelMode"`
		ConversationBot                string         `json:"conversationBot"`
		ResponseSLA                    int            `json:"responseSla"`
		CustomerActivityTimeout        int            `json:"customerActivityTimeout"` // seconds, as documented
		CustomerSLA                    *customerSLA   `json:"customerSla,omitempty"`
		CustomerIdentificationCriteria identification `json:"customerIdentificationCriteria"`
		RoutingPolicy                  routingPolicy  `json:"routingPolicy"`
		BotID                          string         `json:"botId"`
	}

	customerSLA struct {
		TotalDuration *int    `json:"totalDuration"`
		Action        *string `json:"action"`
		StartTime     *string `json:"startTime"`
	}

	identification struct {
		Value *string `json:"value"`
	}

	routingPolicy struct {
		AgentSelectionPolicy string `json:"agentSelectionPolicy"`
		RouteToLastAgent     bool   `json:"routeToLastAgent"`
		RoutingMode          string `json:"routingMode"`
		RoutingObjectID      string `json:"routingObjectId"`
		AgentRequestTTL      int    `json:"agentRequestTtl"`
	}

	channelConnector struct {
		ID                       string            `json:"id"`
		Name                     string            `json:"name"`
		ChannelProviderInterface providerInterface `json:"channelProviderInterface"`
		ChannelProviderConfigs   []any             `json:"channelProviderConfigs"`
		Tenant                   *tenant           `json:"tenant,omitempty"`
	}

	// providerInterface has no address: how a channel is reached is no desk's business.
	providerInterface struct {
		ID                          string        `json:"id"`
		Name                        string        `json:"name"`
		SupportedChannelTypes       []channelType `json:"supportedChannelTypes"`
		ProviderWebhook             string        `json:"providerWebhook"`
		ChannelProviderConfigSchema []any         `json:"channelProviderConfigSchema"`
	}

	channelType struct {
		ID                 string `json:"id"`
		Name               string `json:"name"`
		ChannelLogo        string `json:"channelLogo"`
		IsInteractive      bool   `json:"isInteractive"`
		MediaRoutingDomain string `json:"mediaRoutingDomain"`
	}
)

// channelOf is the Channel that a request came in by.
func channelOf(p Profile, r *protocol.Request, config *snapshot.Index) channel {
	kind := channelTypeOf(r.ChannelType, config)
	c := channel{
		ID: r.Channel, Name: r.Channel,
		ChannelConfig: channelConfig{
			ID: r.Channel, ChannelMode: "HYBRID",
			RoutingPolicy: routingPolicy{AgentSelectionPolicy: "LONGEST_AVAILABLE", RoutingMode: "PULL", RoutingObjectID: r.List},
		},
		ChannelConnector: channelConnector{
			ID: r.Channel, Name: r.Channel, ChannelProviderConfigs: []any{},
			ChannelProviderInterface: providerInterface{
				ID: r.Channel, Name: r.Channel, SupportedChannelTypes: []channelType{kind}, ChannelProviderConfigSchema: []any{},
			},
		},
		ChannelType: kind,
	}
	if config != nil {
		if known := config.Channel(r.Channel); known != nil {
			c.ServiceIdentifier = known.ServiceIdentifier
			c.ChannelConfig.CustomerActivityTimeout = int(known.CustomerActivityTimeout.D() / time.Second)
		}
	}
	if p == ConversationID {
		c.DefaultOutbound, c.Tenant, c.ChannelConfig.CustomerSLA = new(bool), tenantOf(config), &customerSLA{}
		c.ChannelConnector.Tenant = c.Tenant
	}
	return c
}

// tenantOf is the runtime: one runtime is one tenant.
func tenantOf(config *snapshot.Index) *tenant {
	if config == nil {
		return &tenant{}
	}
	return &tenant{ID: config.Runtime.Name}
}

func channelTypeOf(name string, config *snapshot.Index) channelType {
	t := channelType{ID: name, Name: name, ChannelLogo: "_" + name + ".svg", IsInteractive: true}
	if config != nil {
		if domain := config.Domain(name); domain != nil {
			t.MediaRoutingDomain = domain.Name
		}
	}
	return t
}
