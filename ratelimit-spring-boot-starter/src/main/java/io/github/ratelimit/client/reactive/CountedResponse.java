package io.github.ratelimit.client.reactive;

import java.util.List;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.http.client.reactive.ClientHttpResponseDecorator;
import org.springframework.web.reactive.function.BodyExtractor;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.reactive.function.client.support.ClientResponseWrapper;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A response whose body is read along with the caller. The ways by which
 * {@code WebClient.retrieve()} reads a body wrap it; the others rebuild the response,
 * which costs more.
 */
final class CountedResponse extends ClientResponseWrapper {

	private final CountedBody.Reader reader;

	CountedResponse(ClientResponse response, CountedBody.Reader reader) {
		super(response);
		this.reader = reader;
	}

	@Override
	public <T> T body(BodyExtractor<T, ? super ClientHttpResponse> extractor) {
		return response().body((message, context) -> extractor.extract(new Message(message), context));
	}

	@Override
	public <T> Mono<T> bodyToMono(Class<? extends T> elementClass) {
		return body(BodyExtractors.toMono(elementClass));
	}

	@Override
	public <T> Mono<T> bodyToMono(ParameterizedTypeReference<T> elementType) {
		return body(BodyExtractors.toMono(elementType));
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> Flux<T> bodyToFlux(Class<? extends T> elementClass) {
		return elementClass.equals(DataBuffer.class) ? (Flux<T>) body(BodyExtractors.toDataBuffers())
				: body(BodyExtractors.toFlux(elementClass));
	}

	@Override
	public <T> Flux<T> bodyToFlux(ParameterizedTypeReference<T> elementType) {
		return body(BodyExtractors.toFlux(elementType));
	}

	@Override
	public Mono<Void> releaseBody() {
		return body(BodyExtractors.toDataBuffers()).map(DataBufferUtils::release).then();
	}

	@Override
	public Builder mutate() {
		return response().mutate().body((body) -> new CountedBody(body, this.reader));
	}

	private ClientResponse rebuilt() {
		return mutate().build();
	}

	@Override
	public Mono<ResponseEntity<Void>> toBodilessEntity() {
		return rebuilt().toBodilessEntity();
	}

	@Override
	public <T> Mono<ResponseEntity<T>> toEntity(Class<T> bodyType) {
		return rebuilt().toEntity(bodyType);
	}

	@Override
	public <T> Mono<ResponseEntity<T>> toEntity(ParameterizedTypeReference<T> bodyType) {
		return rebuilt().toEntity(bodyType);
	}

	@Override
	public <T> Mono<ResponseEntity<List<T>>> toEntityList(Class<T> elementClass) {
		return rebuilt().toEntityList(elementClass);
	}

	@Override
	public <T> Mono<ResponseEntity<List<T>>> toEntityList(ParameterizedTypeReference<T> elementType) {
		return rebuilt().toEntityList(elementType);
	}

	@Override
	public Mono<WebClientResponseException> createException() {
		return rebuilt().createException();
	}

	@Override
	public <T> Mono<T> createError() {
		return rebuilt().createError();
	}

	private final class Message extends ClientHttpResponseDecorator {

		private Message(ClientHttpResponse message) {
			super(message);
		}

		@Override
		public Flux<DataBuffer> getBody() {
			return new CountedBody(super.getBody(), CountedResponse.this.reader);
		}

	}

}
