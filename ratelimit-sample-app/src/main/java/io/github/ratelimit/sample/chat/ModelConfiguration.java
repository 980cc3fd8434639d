package io.github.ratelimit.sample.chat;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ModelConfiguration.ModelProperties.class)
class ModelConfiguration {

	@Bean
	Pace pace(ModelProperties model) {
		return () -> Thread.sleep(model.pause().toMillis());
	}

	/**
	 * The settings of the stub.
	 *
	 * @param pause the time before each piece of a streamed answer
	 */
	@ConfigurationProperties("sample.model")
	record ModelProperties(@DefaultValue("0ms") Duration pause) {

	}

}
