import { AppError } from '../errors.js'

interface Slice {
  startIndex: number
  endIndex: number
}

/** @throws {AppError} `invalidParams` unless [startIndex, endIndex) holds something, and no more than a page */
export function assertSlice({ startIndex, endIndex }: Slice, maxPageItems: number): void {
  const path = '/endIndex'
  if (endIndex <= startIndex) throw new AppError('invalidParams', 'must be greater than startIndex', { path })
  if (endIndex - startIndex > maxPageItems) {
    throw new AppError('invalidParams', `must be at most ${maxPageItems} after startIndex`, { path })
  }
}
