package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.properties.DurationText;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.queue.WaitingThreadLimit;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Writes a line for each client at start-up, and a warning for one that has met no call
 * some time later.
 */
final class ClientReport implements SmartInitializingSingleton, DisposableBean {

	private static final Log logger = LogFactory.getLog(ClientReport.class);

	private static final long UNUSED_NANOS = TimeUnit.MINUTES.toNanos(5);

	private final ClientLimiters clients;

	private final TimeSource time;

	private final WaitingThreadLimit threads;

	private CompletableFuture<?> warning = CompletableFuture.completedFuture(null);

	ClientReport(ClientLimiters clients, TimeSource time, WaitingThreadLimit threads) {
		this.clients = clients;
		this.time = time;
		this.threads = threads;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.clients.all().isEmpty()) {
			return;
		}
		this.clients.all().forEach((client) -> logger.info(describe(client.settings(), this.threads)));
		this.warning = this.time.after(UNUSED_NANOS);
		this.warning.thenRun(() -> this.clients.all().forEach(this::warnIfUnused));
	}

	/** An application that has ended is neither kept in memory nor warned. */
	@Override
	public void destroy() {
		this.warning.cancel(false);
	}

	static String describe(ClientSettings client, WaitingThreadLimit threads) {
		GovernorSettings settings = client.settings();
		StringJoiner line = new StringJoiner("; ", "Client '" + client.name() + "': ", "");
		line.add(settings.quotas().isEmpty() ? "limits discovered from responses" : quotas(settings));
		if (settings.maxConcurrent() != Integer.MAX_VALUE) {
			line.add("at most " + settings.maxConcurrent() + " calls in flight");
		}
		line.add("calls are queued for at most " + DurationText.of(settings.maxWait()) + (threads.isBounded()
				? ", those of one key hold at most " + threads.maxPerKey() + " request threads" : ""));
		line.add("key " + String.join(", ",
				client.key().stream().map((part) -> part.name().toLowerCase(Locale.ROOT)).toList()));
		line.add("dialect " + ((client.dialect() != null) ? client.dialect().name() : "by host"));
		client.models().forEach((model) -> line.add("model " + model.pattern() + ": " + quotas(model.settings())));
		if (client.retry().maxAttempts() > 1) {
			line.add("sent at most " + client.retry().maxAttempts() + " times");
		}
		if (settings.mode() == LimitMode.SHADOW) {
			line.add("in shadow mode: no call is delayed");
		}
		line.add("for " + (client.match().isEmpty() ? "the HTTP service group '" + client.name() + "'"
				: String.join(", ", client.match().stream().map(Object::toString).toList())));
		return line.toString();
	}

	private static String quotas(GovernorSettings settings) {
		StringJoiner text = new StringJoiner(", ");
		for (ConfiguredQuota quota : settings.quotas()) {
			text.add(quota.permits() + " " + quota.dimension().name().toLowerCase(Locale.ROOT).replace('_', ' ')
					+ " in " + DurationText.of(quota.window()));
		}
		return text.toString();
	}

	private void warnIfUnused(ClientLimiter client) {
		if (client.isUsed()) {
			return;
		}
		String host = this.clients.unmatchedHost();
		logger.warn("Client '" + client.name() + "' has matched no call yet. "
				+ ((host != null) ? "A call to " + host + " matched no client. " : "") + "Compare ratelimit.clients."
				+ client.name() + ".match with the addresses that are called, and build "
				+ "HTTP clients from Spring Boot's builders or with an adapter of ClientLimiters [RL710]");
	}

}
