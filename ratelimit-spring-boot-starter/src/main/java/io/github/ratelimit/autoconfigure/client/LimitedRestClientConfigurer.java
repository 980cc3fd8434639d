package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.http.RestClientCustomizers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.web.client.RestClient;

/** Has Spring Boot configure builders whose clients are limited. */
final class LimitedRestClientConfigurer extends RestClientBuilderConfigurer {

	private final RestClientBuilderConfigurer configurer;

	private final ObjectProvider<RestClientCustomizers> customizers;

	LimitedRestClientConfigurer(RestClientBuilderConfigurer configurer,
			ObjectProvider<RestClientCustomizers> customizers) {
		this.configurer = configurer;
		this.customizers = customizers;
	}

	@Override
	public RestClient.Builder configure(RestClient.Builder builder) {
		return this.configurer.configure(this.customizers.getObject().limit(builder));
	}

}
