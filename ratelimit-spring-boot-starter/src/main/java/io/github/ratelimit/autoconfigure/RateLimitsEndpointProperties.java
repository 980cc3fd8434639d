package io.github.ratelimit.autoconfigure;

import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the {@code ratelimits} endpoint.
 *
 * @param showValues When to show addresses and names of users as they are. Values of
 * headers, cookies and parameters are always masked.
 * @param roles Roles used to determine whether a user is authorized to be shown values.
 * When empty, all authenticated users are authorized.
 */
@ConfigurationProperties("management.endpoint.ratelimits")
public record RateLimitsEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {

}
