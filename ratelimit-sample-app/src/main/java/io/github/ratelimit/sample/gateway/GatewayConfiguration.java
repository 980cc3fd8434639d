package io.github.ratelimit.sample.gateway;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

/** Makes a client of the HTTP service group "provider". */
@Configuration(proxyBeanMethods = false)
@Profile("gateway")
@ImportHttpServices(group = "provider", types = ProviderApi.class, clientType = ClientType.WEB_CLIENT)
class GatewayConfiguration {

}
