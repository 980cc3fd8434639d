package io.github.ratelimit.autoconfigure;

import graphql.GraphQL;
import io.github.ratelimit.autoconfigure.properties.ConfiguredStyles;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.web.graphql.RefusalErrorResolver;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;

/**
 * Auto-configuration of the answers of GraphQL to refused data fetchers.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class,
		beforeName = "org.springframework.boot.graphql.autoconfigure.GraphQlAutoConfiguration")
@ConditionalOnClass({ GraphQL.class, DataFetcherExceptionResolver.class })
public final class RateLimitGraphQlAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RefusalErrorResolver rateLimitRefusalErrorResolver(RateLimitProperties properties,
			ObjectProvider<BodyStyle> bodies) {
		return new RefusalErrorResolver(
				ConfiguredStyles.plainAnswers(properties.http(), bodies.orderedStream().toList()));
	}

}
