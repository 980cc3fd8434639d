package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/** Methods whose caller can only log a refusal. */
final class ScheduledAndListenerMethods {

	private static final Log logger = LogFactory.getLog(ScheduledAndListenerMethods.class);

	/** A refused run of these is over: the next run or event is another one. */
	private static final List<String> RUNS = List.of("org.springframework.scheduling.annotation.Scheduled",
			"org.springframework.context.event.EventListener");

	/** A message that these refuse has to be delivered again, and must not be lost. */
	private static final List<String> MESSAGES = List.of("org.springframework.kafka.annotation.KafkaListener",
			"org.springframework.amqp.rabbit.annotation.RabbitListener",
			"org.springframework.jms.annotation.JmsListener", "org.springframework.pulsar.annotation.PulsarListener",
			"io.awspring.cloud.sqs.annotation.SqsListener");

	private ScheduledAndListenerMethods() {
	}

	/** Returns whether a refused call is skipped: it has no result. */
	static boolean isSkipped(Method method) {
		return method.getReturnType() == void.class && isAny(RUNS, method);
	}

	/**
	 * Warns at start-up of a listener whose refusals go to the error handling of its
	 * container, each with a stack trace there, instead of waiting.
	 */
	static void warnOfRefusedMessages(LimitedMethod limited, MethodPolicy policy) {
		if (isAny(MESSAGES, limited.method()) && !policy.waits() && policy.fallback() == null) {
			logger.warn(limited.displayName()
					+ " listens to messages and refuses those beyond its limits: each goes to the "
					+ "error handling of the listener's container. To let messages wait for permits, set max-wait of the "
					+ "limit (ratelimit.limits.<name>.max-wait), or name a fallback in @RateLimited [RL523]");
		}
	}

	private static boolean isAny(List<String> annotations, Method method) {
		MergedAnnotations present = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		return annotations.stream().anyMatch(present::isPresent);
	}

}
