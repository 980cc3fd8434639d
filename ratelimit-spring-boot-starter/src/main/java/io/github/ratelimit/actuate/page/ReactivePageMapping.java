package io.github.ratelimit.actuate.page;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;
import reactor.core.publisher.Mono;

/**
 * Answers with the page in WebFlux.
 */
public final class ReactivePageMapping {

	private static final String CSRF_TOKEN = "org.springframework.security.web.server.csrf.CsrfToken";

	private final RateLimitsPage page;

	private final CsrfHeader.Reader csrf;

	private ReactivePageMapping(RateLimitsPage page, CsrfHeader.Reader csrf) {
		this.page = page;
		this.csrf = csrf;
	}

	/**
	 * Returns what maps the page and its files.
	 * @param page the page, null if there is none
	 * @param csrf reads the token of requests
	 * @return a mapping that leaves all other requests to others
	 */
	public static HandlerMapping of(@Nullable RateLimitsPage page, CsrfHeader.Reader csrf) {
		RouterFunction<ServerResponse> routes = (page != null) ? new ReactivePageMapping(page, csrf).routes()
				: (request) -> Mono.empty();
		RouterFunctionMapping mapping = new RouterFunctionMapping(routes);
		mapping.setOrder(ServletPageMapping.ORDER);
		return mapping;
	}

	private RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET(this.page.path(), (request) -> RateLimitsPage.isPreferred(request.headers().asHttpHeaders()),
					this::page)
			.GET(this.page.filePattern(), this::file)
			.build();
	}

	private Mono<ServerResponse> page(ServerRequest request) {
		return csrf(request).map((header) -> this.page.html(header.orElse(null)))
			.flatMap((html) -> ServerResponse.ok()
				.headers(this.page.pageHeaders())
				.contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
				.bodyValue(html));
	}

	private Mono<Optional<CsrfHeader>> csrf(ServerRequest request) {
		Object attribute = request.attribute(CSRF_TOKEN).orElse(null);
		if (attribute instanceof Mono<?> token) {
			return token.map((value) -> Optional.ofNullable(this.csrf.read(value))).defaultIfEmpty(Optional.empty());
		}
		return Mono.just(Optional.empty());
	}

	private Mono<ServerResponse> file(ServerRequest request) {
		PageFile file = this.page.file(request.pathVariable("file"));
		if (file == null) {
			return ServerResponse.notFound().build();
		}
		return request.checkNotModified(file.tag())
			.switchIfEmpty(ServerResponse.ok()
				.headers(this.page.fileHeaders())
				.eTag(file.tag())
				.contentType(file.type())
				.bodyValue(file.content()));
	}

}
