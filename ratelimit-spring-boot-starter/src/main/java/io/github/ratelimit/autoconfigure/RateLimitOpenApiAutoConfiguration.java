package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.method.LimitedMethodRegistry;
import io.github.ratelimit.web.openapi.RefusalResponses;
import io.swagger.v3.oas.models.Operation;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the limits in springdoc's description of the API.
 */
@AutoConfiguration(after = RateLimitMethodAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnClass({ GlobalOperationCustomizer.class, Operation.class })
@ConditionalOnBean(LimitedMethodRegistry.class)
public final class RateLimitOpenApiAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RefusalResponses rateLimitRefusalResponses(LimitedMethodRegistry methods) {
		return new RefusalResponses(methods::isLimited);
	}

}
