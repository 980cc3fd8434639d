package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.RateLimitProperties.Store;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** What {@link ConditionalOnStore} asks. */
final class OnStoreCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Store wanted = metadata.getAnnotations().get(ConditionalOnStore.class).getEnum("value", Store.class);
		String configured = Binder.get(context.getEnvironment()).bind("ratelimit.store", String.class).orElse(null);
		Store store = UnusedSettings.isRedis(configured) ? Store.REDIS : Store.MEMORY;
		return new ConditionOutcome(store == wanted,
				ConditionMessage.forCondition(ConditionalOnStore.class, wanted).because("ratelimit.store is " + store));
	}

}
